"""What the project measures of itself, side by side with a peer in the same run. One file a subject."""
