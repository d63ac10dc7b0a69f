"""AFIL's policies: train, evaluate and deploy them."""
