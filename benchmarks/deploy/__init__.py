"""A mock robot, a policy that can be made to fail, and what is measured with them."""
