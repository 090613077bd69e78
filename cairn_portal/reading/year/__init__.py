"""What went on through a cycle's year beside goals and scores, part by part."""
