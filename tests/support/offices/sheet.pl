# Saves rows (tab-separated on stdin; a date is ISO 8601, a number begins with #) by WriteExcel.
use strict;
use warnings;
use Excel::Writer::XLSX;
use Spreadsheet::WriteExcel;

my ($folder) = @ARGV;
my @rows = map { chomp; [split /\t/, $_, -1] } <STDIN>;
for my $book (
    Spreadsheet::WriteExcel->new("$folder/writeexcel.xls"),
    Excel::Writer::XLSX->new("$folder/writeexcel.xlsx"),
) {
    my $sheet = $book->add_worksheet("Statement");
    my $date = $book->add_format(num_format => "yyyy-mm-dd hh:mm:ss");
    for my $row (0 .. $#rows) {
        for my $column (0 .. $#{ $rows[$row] }) {
            my $cell = $rows[$row][$column];
            if ($cell =~ /^\d{4}-\d\d-\d\dT/) {
                $sheet->write_date_time($row, $column, $cell, $date);
            } elsif ($cell =~ s/^#//) {
                $sheet->write_number($row, $column, $cell);
            } elsif ($cell ne "") {
                $sheet->write_string($row, $column, $cell);
            }
        }
    }
    $book->close;
}
