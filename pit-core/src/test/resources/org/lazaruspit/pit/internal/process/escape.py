"""Agent that leaves a stray process behind. Argument: the way of the escape."""
import ctypes, fcntl, os, signal, sys, time

libc = ctypes.CDLL(None)
way = sys.argv[1]


def close_descriptors():
    os.closerange(3, 1024)


def overwrite_environment():
    fields = open("/proc/self/stat").read().rsplit(")", 1)[1].split()
    start, end = int(fields[47]), int(fields[48])
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        memory.seek(start)
        memory.write(b"\0" * (end - start))


def rename():
    libc.prctl(15, b"kworker/0:1", 0, 0, 0)


def keeper():
    pid = os.getppid()
    while pid > 1:
        if open("/proc/%d/comm" % pid).read().startswith("lazarus-keeper"):
            return pid
        pid = int(open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[1])
    return 0


def signal_keeper(number):
    try:
        if keeper():
            os.kill(keeper(), number)
    except OSError as e:
        print("keeper not reached:", e)


def change_group():
    own = [line.strip()[3:] for line in open("/proc/self/cgroup") if line.startswith("0::")]
    for mount in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
        for group in ("", os.path.dirname((own or ["/"])[0])):
            try:
                with open(mount + group + "/cgroup.procs", "w") as procs:
                    procs.write("0")
                print("moved to", mount + group)
                return
            except OSError as e:
                print("not moved:", e)


def work():
    """Holds a lock of its own as a sign of life."""
    lock = open("artifacts/stray.lock", "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    open("artifacts/stray", "w").close()
    time.sleep(600)


def detach(action):
    """Forks twice, with a session of its own between."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            action()
        os._exit(0)


def stray():
    if way == "exec":
        close_descriptors()
        os.set_inheritable(0, True)
        command = "exec 9>artifacts/stray.lock; flock 9; touch artifacts/stray; exec sleep 600"
        os.execve("/bin/sh", ["sh", "-c", command], {})
    if way in ("overwrite", "kill-keeper", "stop-keeper", "subreaper"):
        overwrite_environment()
    if way in ("rename", "kill-keeper"):
        rename()
    if way == "group":
        change_group()
    if way == "subreaper":
        libc.prctl(36, 1, 0, 0, 0)
    close_descriptors()
    work()


if way == "kill-keeper":
    signal_keeper(signal.SIGKILL)
if way == "stop-keeper":
    signal_keeper(signal.SIGSTOP)
if way == "first":
    # The first process itself hides; it leaves nothing.
    close_descriptors()
    overwrite_environment()
    if os.fork() == 0:
        os._exit(0)
    open("artifacts/ready", "w").close()
    work()
detach(stray)
while not os.path.exists("artifacts/stray"):
    time.sleep(0.01)
open("artifacts/ready", "w").close()
time.sleep(600)
