"""What the AFIL packages share: contract, episodes, bags, codecs, timeline. Knows no ROS."""
