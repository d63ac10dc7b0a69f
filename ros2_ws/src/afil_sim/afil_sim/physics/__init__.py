"""Physics engines and how they draw without a screen."""
