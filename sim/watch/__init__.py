"""To look at a run: live, as a picture, as a film, as a bag of ROS messages."""
