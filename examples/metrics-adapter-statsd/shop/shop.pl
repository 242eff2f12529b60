# Sends StatsD to localhost as any client library does, and prints how many packets it has sent.
use IO::Socket::INET;
$| = 1;
$SIG{TERM} = sub { exit };
my $statsd = IO::Socket::INET->new(Proto => "udp", PeerAddr => "127.0.0.1:9125");
for (my $n = 1; ; $n++) {
  $statsd->send("shop.orders.oslo:1|c\nshop.checkout:" . (20 + $n % 80) . "|ms|#step:pay");
  print "$n\n";
  select(undef, undef, undef, 0.2);
}
