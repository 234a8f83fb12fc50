"""Real agent CLIs, driven through crewtui, a stand-in for the model: ``make test-agents``."""
