"""The demonstration: real registers and roadmaps, invented people, a cycle that runs today."""
