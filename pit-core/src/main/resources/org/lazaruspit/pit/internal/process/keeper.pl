# Keeper template: forks a keeper for each start message, see KeeperTemplate.java. A keeper holds an
# agent's locks, starts the agent's first process, adopts orphans of its tree (child subreaper), writes
# their ends to the records, and exits after the last of them. The work is done before the first
# fork and after the second, so that a keeper shares nearly all memory with the template.
# Argument: the seconds to wait for a lock.
# Message: its length in bytes and a line break, then fields that each end with a zero byte: number,
# name, lock, other lock or empty, record, other record or empty, head of the record, directory, log,
# number of variables, their names and values, the command. No message or a part of one: exits.
# Reports: "0 ready"; for each message "NUMBER started KEEPER TICK FIRST TICK", "NUMBER held" or
# "NUMBER failed REASON"; after a start "NUMBER ended STATUS" if processes are left, and "NUMBER gone
# STATUS" after the last; "NUMBER keeper STATUS" after the keeper. A status is that of wait(2).
use strict;
use warnings;
no warnings 'exec';
use Config;
use Fcntl qw(:DEFAULT :flock);

my ($patience) = @ARGV;
# Numbers of prctl and setsid by architecture; without them there is no keeper.
my ($prctl, $setsid) =
    $Config{archname} =~ /^x86_64/ ? (157, 112)
  : $Config{archname} =~ /^(?:aarch64|riscv64|loongarch64)/ ? (167, 157)
  : $Config{archname} =~ /^p(?:ower)?pc64/ ? (171, 66)
  : $Config{archname} =~ /^(?:s390x|i.86|arm)/ ? (172, 66)
  : exit 1;
my $template = $$;
my (%keepers, %exited, $message, $number, $name, $keeper, $first, $pid, $status);

# Keepers report to the template, which passes the reports on: so the reader's pipe ends with the
# template. A template that is gone or stalled does not stop a keeper: the record has the same facts.
sub report { syswrite REPORTS, "@_\n" }

sub forward {
  while (sysread INCOMING, my $lines, 65536) {
    syswrite STDOUT, $lines;
  }
}

# Moves a handle to a descriptor that no lock will have.
sub aside {
  my ($how, $handle) = @_;
  open my $moved, $how . '&=', fcntl($handle, 1030, 20) or exit 1; # F_DUPFD_CLOEXEC
  fcntl $moved, F_SETFL, fcntl($moved, F_GETFL, 0) | O_NONBLOCK;
  return $moved;
}

sub refuse {
  report($number, @_);
  exit 69;
}

sub reap {
  while ((my $child = waitpid -1, 1) > 0) { # 1: WNOHANG
    $exited{$child} = $?;
    settle($child);
  }
}

sub settle {
  my ($child) = @_;
  report(delete $keepers{$child}, 'keeper', delete $exited{$child})
    if exists $keepers{$child} && exists $exited{$child};
}

sub tick {
  open my $file, '<', "/proc/$_[0]/stat" or die "/proc/$_[0]/stat: $!\n";
  my $stat = <$file>;
  return (split / /, substr $stat, rindex($stat, ')') + 2)[19];
}

sub records { defined fileno OTHER_RECORD ? (\*RECORD, \*OTHER_RECORD) : \*RECORD }

sub record {
  my ($text) = @_;
  for my $record (records()) {
    my $written = syswrite $record, $text;
    die "record: $!\n" unless defined $written && $written == length $text;
  }
}

# Writes the record, and becomes the agent.
sub become {
  my (undef, undef, undef, undef, undef, undef, $head, $directory, $log, $variables, @command) =
    split /\0/, $message, -1;
  pop @command;
  %ENV = splice @command, 0, 2 * $variables;
  syscall $setsid;
  open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
  die "keeper ended\n" unless getppid == $keeper;
  my ($kept, $own) = (tick($keeper), tick($$));
  truncate $_, 0 or die "record: $!\n" for records();
  record($head . "keeper $keeper $kept\nfirst $$ $own\n");
  report($number, 'started', $keeper, $kept, $$, $own);
  sysopen STDOUT, $log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0666 or exit 69;
  open STDERR, '>&', \*STDOUT or exit 69;
  $SIG{PIPE} = 'DEFAULT';
  unless (chdir $directory) {
    print STDERR "$directory: $!\n";
    exit 69;
  }
  exec {$command[0]} @command or print STDERR "$command[0]: $!\n";
  exit 69;
}

# Takes a lock that a check of another pit may hold for a moment; returns whether it has it.
sub take {
  my ($lock) = @_;
  my $tries = $patience * 50;
  until (flock $lock, LOCK_EX | LOCK_NB) {
    return 0 unless $tries-- > 0;
    select undef, undef, undef, 0.02;
  }
  return 1;
}

# Opens the locks, forks the keeper and returns; the keeper does not return.
sub start {
  close $_ for *LOCK, *OTHER, *RECORD, *OTHER_RECORD;
  ($number, $name, my $lock, my $other, my $record, my $other_record) = split /\0/, $message, 7;
  {
    local $^F = 255; # stays open in the agent
    sysopen LOCK, $lock, O_RDONLY | O_NONBLOCK | O_NOFOLLOW or die "$lock: $!\n";
    $other eq ''
      || sysopen OTHER, $other, O_RDONLY | O_NONBLOCK | O_NOFOLLOW or die "$other: $!\n";
  }
  my $append = O_WRONLY | O_APPEND | O_NONBLOCK | O_NOFOLLOW; # a pipe in its place fails
  sysopen RECORD, $record, $append or die "$record: $!\n";
  $other_record eq '' || sysopen OTHER_RECORD, $other_record, $append or die "$other_record: $!\n";
  my $child = fork;
  die "fork: $!\n" unless defined $child;
  if ($child) {
    $keepers{$child} = $number;
    settle($child);
    close $_ for *LOCK, *OTHER, *RECORD, *OTHER_RECORD;
    return;
  }
  $keeper = $$;
  $SIG{CHLD} = 'DEFAULT';
  open STDOUT, '>&', \*STDERR;
  syscall $setsid;
  refuse('held') unless take(\*LOCK) && (!defined fileno OTHER || take(\*OTHER));
  refuse('failed', 'abandoned') unless getppid == $template;
  refuse('failed', "subreaper: $!") if syscall $prctl, 36, 1, 0, 0, 0;
  $first = fork;
  refuse('failed', "fork: $!") unless defined $first;
  unless ($first) {
    eval { become() };
    refuse('failed', $@ =~ s/\n.*//sr);
  }
  $SIG{HUP} = $SIG{INT} = $SIG{QUIT} = $SIG{TERM} = 'IGNORE';
  close STDIN;
  $0 = "lazarus-keeper $name";
  while (($pid = waitpid -1, 0) > 0) {
    next unless $pid == $first;
    $status = $?;
    1 while ($pid = waitpid -1, 1) > 0;
    last if $pid < 0;
    eval { record("ended $status\n") };
    report($number, 'ended', $status);
    $first = 0;
  }
  eval { record(($first ? "ended $status\n" : '') . "gone\n") };
  close $_ for *LOCK, *OTHER;
  report($number, 'gone', $status);
  exit;
}

open STDERR, '>', '/dev/null';
chdir '/';
pipe my $read, my $write or exit 1;
*INCOMING = aside('<', $read);
*REPORTS = aside('>', $write);
close $_ for $read, $write;
$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = \&reap;
report(0, 'ready');
my ($wanted, $ready, $input) = ('', '', '');
vec($wanted, $_, 1) = 1 for fileno STDIN, fileno INCOMING;
while (1) {
  next unless select($ready = $wanted, undef, undef, undef) > 0;
  forward();
  next unless vec $ready, fileno STDIN, 1;
  sysread STDIN, $input, 65536, length $input or exit;
  while ($input =~ /^(\d+)\n/ && length $input >= $+[0] + $1) {
    $message = substr $input, $+[0], $1;
    $input = substr $input, $+[0] + $1;
    eval { start(); 1 } or report($number, 'failed', $@ =~ s/\n.*//sr);
  }
}
