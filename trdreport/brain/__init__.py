"""Where things are: spaces, search volumes, atlases and names of regions."""
