"""The real CLIs that are tried: which version, how installed, how told of the stand-in."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / ".agents"
"""Where the CLIs are installed: git ignores it."""

QUIET = {
    "DO_NOT_TRACK": "1",
    "NO_PROXY": "127.0.0.1,localhost",
    "LANG": "C.UTF-8",
    "COLORTERM": "truecolor",
}
SECRETS = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "GITHUB_TOKEN", "GH_TOKEN")


@dataclass(frozen=True, slots=True)
class Place:
    """A throwaway home with a project in it, and where the model listens."""

    home: Path
    url: str

    @property
    def project(self) -> Path:
        """The project folder."""
        return self.home / "proj"

    def write(self, path: str, text: str | dict[str, object]) -> None:
        """A file of the home."""
        target = self.home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text if isinstance(text, str) else json.dumps(text))


@dataclass(frozen=True, slots=True)
class Cli:
    """One agent CLI at one version."""

    adapter: str
    package: str
    version: str
    program: str
    settle: Callable[[Place], dict[str, str]]
    """Writes its configuration and returns its environment."""
    arguments: tuple[str, ...] = ()
    source: str = "npm"
    unsupported: str = ""
    """Why it cannot be tried here."""
    largest: int = 100 * 1024
    """The longest message whose text itself goes to the model, in bytes."""

    @property
    def folder(self) -> Path:
        """Where it is installed."""
        return INSTALLED / f"{self.adapter}-{self.version}"

    @property
    def path(self) -> Path:
        """Its program."""
        binaries = "bin" if self.source == "pypi" else "node_modules/.bin"
        return self.folder / binaries / self.program

    def install(self) -> str:
        """Install it if it is not; returns why it could not be."""
        if self.unsupported or self.path.exists():
            return self.unsupported
        if self.source == "npm" and shutil.which("npm") is None:
            return "npm is not installed"
        for words in self._commands():
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            if done.returncode:
                shutil.rmtree(self.folder, ignore_errors=True)
                return f"{words[0]}: {(done.stderr.strip() or 'failed').splitlines()[-1]}"
        return "" if self.path.exists() else f"{self.package} brought no program {self.program}"

    def _commands(self) -> list[list[str]]:
        folder = str(self.folder)
        if self.source == "pypi":
            pip = [f"{folder}/bin/pip", "install", "--quiet", f"{self.package}=={self.version}"]
            return [[sys.executable, "-m", "venv", folder], pip]
        options = ["--no-fund", "--no-audit", "--loglevel=error", "--prefix", folder]
        return [["npm", "install", *options, f"{self.package}@{self.version}"]]

    def environment(self, place: Place) -> dict[str, str]:
        """Configure it in the home and return all of its environment but the PATH."""
        place.project.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "-q", str(place.project)], check=True)
        home = str(place.home)
        folders = {
            "XDG_CONFIG_HOME": f"{home}/.config",
            "XDG_DATA_HOME": f"{home}/.local/share",
            "XDG_CACHE_HOME": f"{home}/.cache",
            "XDG_STATE_HOME": f"{home}/.local/state",
        }
        path = f"{self.path.parent}{os.pathsep}{os.environ['PATH']}"
        settled = self.settle(place)
        return QUIET | folders | {"HOME": home, "PATH": path} | dict.fromkeys(SECRETS, "") | settled


def _claude(place: Place) -> dict[str, str]:
    trusted = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
    projects = {str(place.project): trusted}
    state = {"hasCompletedOnboarding": True, "theme": "dark", "projects": projects}
    place.write(".claude.json", state)
    quiet = ("TELEMETRY", "AUTOUPDATER", "ERROR_REPORTING", "BUG_COMMAND")
    return {
        "ANTHROPIC_BASE_URL": place.url,
        "ANTHROPIC_AUTH_TOKEN": "stand-in",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "IS_SANDBOX": "1",
        **{f"DISABLE_{what}": "1" for what in quiet},
    }


def _codex(place: Place) -> dict[str, str]:
    place.write(
        ".codex/config.toml",
        f"""model = "stand-in"
model_provider = "local"
check_for_update_on_startup = false
sandbox_mode = "workspace-write"
[model_providers.local]
name = "local"
base_url = "{place.url}/v1"
wire_api = "responses"
env_key = "STAND_IN_KEY"
request_max_retries = 2
stream_max_retries = 2
[analytics]
enabled = false
[feedback]
enabled = false
[projects."{place.project}"]
trust_level = "trusted"
""",
    )
    return {"STAND_IN_KEY": "stand-in"}


def _gemini(place: Place) -> dict[str, str]:
    settings: dict[str, object] = {
        "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": False}},
        "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
        "ide": {"hasSeenNudge": True},
    }
    place.write(".gemini/settings.json", settings)
    return {"GEMINI_API_KEY": "stand-in", "GOOGLE_GEMINI_BASE_URL": place.url}


def _qwen(place: Place) -> dict[str, str]:
    settings: dict[str, object] = {
        "security": {"auth": {"selectedType": "openai"}, "folderTrust": {"enabled": False}},
        "general": {"disableAutoUpdate": True, "enableAutoUpdate": False},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
    }
    place.write(".qwen/settings.json", settings)
    return {
        "OPENAI_API_KEY": "stand-in",
        "OPENAI_BASE_URL": f"{place.url}/v1",
        "OPENAI_MODEL": "stand-in",
    }


def _opencode(place: Place) -> dict[str, str]:
    model = {"stand-in": {"name": "stand-in", "tool_call": True}}
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "local",
        "options": {"baseURL": f"{place.url}/v1", "apiKey": "stand-in"},
        "models": model,
    }
    settings: dict[str, object] = {
        "provider": {"local": provider},
        "model": "local/stand-in",
        "small_model": "local/stand-in",
        "autoupdate": False,
        "share": "disabled",
        "permission": {"bash": "ask", "edit": "ask"},
    }
    place.write(".config/opencode/opencode.json", settings)
    return {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"}


def _aider(place: Place) -> dict[str, str]:
    place.write(
        ".aider.conf.yml",
        f"""model: openai/stand-in
openai-api-base: {place.url}/v1
openai-api-key: stand-in
check-update: false
show-model-warnings: false
analytics-disable: true
show-release-notes: false
gitignore: false
auto-commits: false
map-tokens: 0
edit-format: diff
""",
    )
    return {"AIDER_ANALYTICS": "false", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}


def _copilot(place: Place) -> dict[str, str]:
    return {
        "COPILOT_PROVIDER_BASE_URL": f"{place.url}/v1",
        "COPILOT_PROVIDER_API_KEY": "stand-in",
        "COPILOT_MODEL": "stand-in",
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
    }


ASKS = ("--permission-mode", "default")
"""Newer versions start in a mode where nothing is asked."""
PINNED = {
    cli.adapter: cli
    for cli in (
        Cli("claude", "@anthropic-ai/claude-code", "2.1.197", "claude", _claude, ASKS),
        Cli("codex", "@openai/codex", "0.169.0", "codex", _codex, ("--no-daemon",)),
        Cli("gemini", "@google/gemini-cli", "0.61.0", "gemini", _gemini),
        Cli("qwen", "@qwen-code/qwen-code", "0.15.10", "qwen", _qwen),
        Cli("copilot", "@github/copilot", "1.0.102", "copilot", _copilot, largest=16 * 1024),
        Cli("opencode", "opencode-ai", "1.18.33", "opencode", _opencode),
        Cli("aider", "aider-chat", "0.86.2", "aider", _aider, source="pypi"),
    )
}


def newest(cli: Cli) -> Cli:
    """The same CLI in the newest version that its registry has; as pinned if that is not told."""
    words = ["npm", "view", cli.package, "version"]
    if cli.source == "pypi":
        words = [sys.executable, "-m", "pip", "index", "versions", cli.package]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+[\w.+-]*\w", done.stdout)
    return replace(cli, version=found.group()) if found else cli


NEWEST = os.environ.get("CREWTUI_AGENTS") == "newest"
"""Whether the newest versions are tried instead of the pinned ones."""
CLIS = {name: newest(cli) for name, cli in PINNED.items()} if NEWEST else PINNED
