# Flock helper: checks flock(2) locks and waits for them, see FlockHelper.java.
# Argument: the status for a held lock.
# Request: "check NUMBER" or "await NUMBER", then two lines with a file name each, empty for none.
# Response: "NUMBER STATUS"; 0 for free, the given status for held, 1 for unknown.
# End of input: kills the whole process group, waiting children included.
# Killed helper: its waiting children are killed by the kernel; they would keep its pipe open.
use strict;
use warnings;
use Config;
use Fcntl ':flock';

my ($held) = @ARGV;
my $helper = $$;
my ($prctl) = $Config{archname} =~ /^x86_64/ ? 157 : $Config{archname} =~ /^aarch64/ ? 167 : undef;
$| = 1;
$SIG{CHLD} = 'IGNORE';

# Takes shared locks one after the other; a missing file counts as free.
sub take {
  my ($how, @files) = @_;
  for my $file (@files) {
    next if $file eq '' || !-e $file;
    open my $lock, '<', $file or return 1;
    next if flock $lock, $how;
    return $!{EWOULDBLOCK} ? $held : 1;
  }
  return 0;
}

while (defined(my $head = <STDIN>)) {
  my ($act, $number) = split ' ', $head;
  my ($one, $two) = (scalar <STDIN>, scalar <STDIN>);
  last unless defined $two;
  chomp($one, $two);
  if ($act eq 'check') {
    print $number, ' ', take(LOCK_SH | LOCK_NB, $one, $two), "\n";
    next;
  }
  my $child = fork;
  next if $child;
  if (defined $child) {
    close STDIN;
    syscall($prctl, 1, 9, 0, 0, 0) if defined $prctl; # PR_SET_PDEATHSIG, SIGKILL
    exit if getppid != $helper;
    print $number, ' ', take(LOCK_SH, $one, $two), "\n";
    exit;
  }
  # Without a process to wait, the caller has to retry, but not at once.
  select undef, undef, undef, 0.1;
  print "$number 1\n";
}
kill 'KILL', 0;
