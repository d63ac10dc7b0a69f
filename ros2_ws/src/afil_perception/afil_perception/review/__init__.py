"""Review: one page on which a person sees what perception made of a dataset."""
