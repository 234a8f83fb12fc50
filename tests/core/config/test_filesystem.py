"""What the kernel's table of mounts says of the project's folder."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from crewtui.app.commands import doctor, up
from crewtui.app.commands.doctor import wal_note
from crewtui.core.config import filesystem
from crewtui.core.config.filesystem import look_at, mount_of, why_unsafe
from crewtui.core.config.project import Project
from crewtui.core.model.errors import Refused

NFS = "rw,vers=4.2,rsize=1048576,hard,proto=tcp,local_lock=none,addr=10.0.0.1"
SAMPLE = f"""\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 22 0:26 / /home rw,relatime shared:9 - nfs4 server:/home {NFS}
31 30 0:27 / /home/me/local\\040disk rw - xfs /dev/sdb1 rw
32 22 0:28 / /old rw - nfs server:/old rw,vers=3,local_lock=all,addr=10.0.0.1
33 22 0:29 / /half rw - nfs server:/half rw,vers=3,local_lock=posix,addr=10.0.0.1
34 22 0:30 / /share rw - cifs //server/share rw
35 22 0:31 / /ssh rw master:2 propagate_from:1 - fuse.sshfs me@host:/ rw,user_id=0
36 22 0:32 / /host rw - 9p drvfs rw,dirsync
37 22 8:17 / /stick rw - fuseblk /dev/sdb1 rw
38 22 0:33 / /twice rw - nfs4 server:/twice rw
39 22 8:33 / /twice rw - ext4 /dev/sdc1 rw
40 22 0:34 / /layers rw - overlay overlay rw
a line of another kernel
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/x", ""),
        ("/home/me/x", "refused"),
        ("/home/me/local disk/x", ""),
        ("/homes/x", ""),
        ("/old/x", ""),
        ("/half/x", "refused"),
        ("/share/x", "warned"),
        ("/ssh/x", "warned"),
        ("/host/x", "warned"),
        ("/stick/x", ""),
        ("/twice/x", ""),
        ("/layers/x", ""),
    ],
)
def test_a_network_file_system_is_refused_or_warned_of(folder: str, kind: str) -> None:
    unsafe = why_unsafe(Path(folder), SAMPLE)
    assert ((unsafe and ("refused" if unsafe.refused else "warned")) or "") == kind


def test_what_is_said_names_the_folder_the_kind_and_where_it_is_mounted() -> None:
    unsafe = why_unsafe(Path("/ssh/x"), SAMPLE)
    assert unsafe is not None
    assert "/ssh/x lies on fuse.sshfs (mounted at /ssh)" in unsafe.what


def test_this_machines_own_table_is_understood() -> None:
    assert mount_of(Path("/"), filesystem.MOUNTS.read_text()) is not None


def test_up_refuses_and_doctor_says_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / / rw - nfs4 server:/ {NFS}\n")
    monkeypatch.setattr(filesystem, "MOUNTS", table)
    (tmp_path / ".orchestrator").mkdir()
    (tmp_path / ".orchestrator" / "agents.toml").write_text("")
    with pytest.raises(Refused, match="nfs4"):
        up.start_background(Project(tmp_path))
    assert [path.name for path in (tmp_path / ".orchestrator").iterdir()] == ["agents.toml"]
    said = CliRunner().invoke(doctor.command, ["-C", str(tmp_path)]).output
    assert f"BAD   {tmp_path / '.orchestrator'} lies on nfs4" in said


def test_a_kernel_without_the_table_is_no_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystem, "MOUNTS", tmp_path / "none")
    assert look_at(tmp_path) is None


def test_the_note_on_sqlite_is_said_only_of_versions_that_have_the_bug() -> None:
    assert "3.40.1" in wal_note((3, 40, 1))
    assert wal_note((3, 6, 23)) == wal_note((3, 51, 3)) == ""
