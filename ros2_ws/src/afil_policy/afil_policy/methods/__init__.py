"""Methods: a policy and how it is trained. One file each, chosen by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afil_core.registry import Registry

if TYPE_CHECKING:
    from afil_policy.methods.base import Method

METHODS: Registry[Method] = Registry(
    "methods",
    "method",
    {
        "afa": "afil_policy.methods.afa:Afa",
        "agil": "afil_policy.methods.agil:Agil",
        "autofocus": "afil_policy.methods.autofocus:Autofocus",
        "autofocus+gmd": "afil_policy.methods.autofocus_gmd:AutofocusGmd",
        "bc": "afil_policy.methods.bc:BehaviorCloning",
        "combined": "afil_policy.methods.combined:Combined",
        "contrastive": "afil_policy.methods.contrastive:Contrastive",
        "counterfactual": "afil_policy.methods.counterfactual:Counterfactual",
        "gmd": "afil_policy.methods.gmd:Gmd",
        "gril": "afil_policy.methods.gril:Gril",
        "heads": "afil_policy.methods.heads:Heads",
        "igmd": "afil_policy.methods.igmd:Igmd",
        "mask": "afil_policy.methods.mask:Mask",
        "oreo": "afil_policy.methods.oreo:Oreo",
        "swap": "afil_policy.methods.swap:Swap",
        "visarl": "afil_policy.methods.visarl:Visarl",
    },
)
