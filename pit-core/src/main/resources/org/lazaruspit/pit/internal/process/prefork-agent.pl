# Preforked process: reads one start message, takes the locks and becomes the agent, see
# PreforkPool.java.
# Arguments: the exit status for a held lock, the seconds to wait for it.
# Message: its length in bytes and a line break, then fields that each end with a zero byte:
# directory, log, "LOCKS VARIABLES", the locks, names and values of the variables, the command.
# No message or a part of one: exits with status 0.
use strict;
use warnings;
no warnings 'exec';
use Fcntl qw(:DEFAULT :flock);

my ($held_status, $patience) = @ARGV;
binmode STDIN;
my $length = <STDIN>;
exit 0 unless defined $length;
local $/;
my $message = <STDIN>;
exit 0 unless defined $message && length($message) == $length;
my ($directory, $log, $counts, @rest) = split /\0/, $message, -1;
pop @rest;
my ($locks, $variables) = split / /, $counts;
my @locks = splice @rest, 0, $locks;
%ENV = splice @rest, 0, 2 * $variables;
open STDIN, '<', '/dev/null' or exit 69;
sysopen STDOUT, $log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0666 or exit 69;
open STDERR, '>&', \*STDOUT or exit 69;
chdir $directory or die "$directory: $!\n";
# Descriptors up to $^F stay open in the agent, as its locks have to.
$^F = 255;
my @held;
for my $file (@locks) {
  open my $lock, '<', $file or die "$file: $!\n";
  my $tries = $patience * 50;
  until (flock $lock, LOCK_EX | LOCK_NB) {
    exit $held_status unless $tries-- > 0;
    select undef, undef, undef, 0.02;
  }
  push @held, $lock;
}
exec { $rest[0] } @rest or print STDERR "$rest[0]: $!\n";
exit 69;
