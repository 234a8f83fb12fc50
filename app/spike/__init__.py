"""The spike: proves on the user's own machine how crewtui and an installed program fit."""
