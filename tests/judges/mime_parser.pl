# MIME::Parser as a judge: prints what it dislikes about each message, and
# the types of its parts.
use strict;
use warnings;
use MIME::Parser;

for my $file (@ARGV) {
    my $parser = MIME::Parser->new;
    $parser->output_to_core(1);
    $parser->tmp_to_core(1);
    my $entity = $parser->parse_open($file);
    print "$file: $_\n" for $parser->results->msgs;
    my @types = map { $_->effective_type } $entity->parts_DFS;
    print "parts: @types\n";
}
