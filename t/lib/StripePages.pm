package StripePages;

# The hosted payment page of our Stripe stand-in: what a buyer sees.

use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(pay_page bank_page message_page desk_page);

my %WORDS = (
	generic_decline => 'Your card was declined. Please try another one.',
	insufficient_funds => 'Your card has insufficient funds. Please try another one.',
	payment_intent_authentication_failure => 'Your bank could not confirm that it is you. Please try again or take another card.',
	invalid => 'This is none of the test cards below.',
);

sub html
{
	my ($text) = @_;
	my %of = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;', "'" => '&#39;');
	return ($text // '') =~ s/([&<>"'])/$of{$1}/gr;
}

my $STYLE = <<'END';
:root{color-scheme:light dark;--ink:#1d2530;--soft:#5c6875;--line:#cfd5dc;--paper:#fff;--ground:#f3f5f7;--accent:#4b3fd1;--on:#fff;--bad:#a3161f}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#9aa7b5;--line:#46515e;--paper:#1b2129;--ground:#12161b;--accent:#8f86ff;--on:#12161b;--bad:#ff8f96}}
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
main{max-width:27rem;margin:0 auto;padding:1.5rem 1rem}.card{background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem}
.test{display:inline-block;font-size:.8rem;font-weight:600;border:1px solid var(--line);border-radius:1rem;padding:.1rem .6rem;color:var(--soft)}
h1{font-size:1rem;font-weight:500;margin:1rem 0 0;overflow-wrap:anywhere}.amount{font-size:2rem;font-weight:650;margin:0 0 1rem}
label{display:block;font-weight:600;margin:1rem 0 .25rem}input{width:100%;font:inherit;padding:.65rem .75rem;border:1px solid var(--soft);border-radius:.5rem;background:var(--paper);color:inherit}
button{width:100%;font:inherit;font-weight:600;margin-top:1rem;padding:.75rem;min-height:44px;border:1px solid var(--accent);border-radius:.5rem;background:var(--accent);color:var(--on);cursor:pointer}
button.other{background:none;color:inherit;border-color:var(--line)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.bad{color:var(--bad);font-weight:600;margin:.5rem 0 0}a{color:var(--accent)}.back{display:inline-block;padding:.65rem 0}
dl{display:grid;grid-template-columns:auto 1fr;gap:.15rem 1rem;color:var(--soft);font-size:.9rem;margin:1.25rem 0 0}dt{font-variant-numeric:tabular-nums}dd{margin:0}
table{width:100%;border-collapse:collapse;font-size:.9rem}td,th{text-align:left;padding:.4rem .5rem .4rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
END

sub page
{
	my ($title, $body) = @_;
	return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		. '<meta name="viewport" content="width=device-width, initial-scale=1">'
		. '<title>' . html($title) . "</title>\n<style>$STYLE</style></head>\n<body><main>$body</main></body></html>\n";
}

# 12345 usd as USD 123.45; what Stripe counts in whole or thousandth units likewise.
sub money
{
	my ($currency, $amount) = @_;
	my $digits = $currency =~ /^(?:bif|clp|djf|gnf|jpy|kmf|krw|mga|pyg|rwf|vnd|vuv|xaf|xof|xpf)$/ ? 0
		: $currency =~ /^(?:bhd|jod|kwd|omr|tnd)$/ ? 3 : 2;
	my $text = sprintf '%0*d', $digits + 1, $amount;
	$text =~ s/(\d{$digits})$/.$1/ if $digits;
	return uc($currency) . ' ' . $text;
}

sub head
{
	my ($x) = @_;
	return '<p class="test">Test mode: no money moves</p><h1>' . html($x->{name}) . '</h1><p class="amount">'
		. html(money(@{ $x->{is} }{qw(currency amount_total)})) . '</p>';
}

# FAULT: what the last try ended with, or undef.
sub pay_page
{
	my ($x, $fault, $card) = @_;
	my $bad = defined $fault ? '<p class="bad" id="bad" role="alert">' . html($WORDS{$fault} // "The payment failed: $fault.") . '</p>' : '';
	my $back = $x->{is}{cancel_url} ? sprintf '<p><a class="back" href="%s">Back to the shop without paying</a></p>', html($x->{is}{cancel_url}) : '';
	return page('Pay ' . $x->{name}, '<div class="card">' . head($x) . "<form method=\"post\">$bad"
		. '<label for="email">Email</label><input id="email" name="email" type="email" autocomplete="email" value="'
		. html($x->{is}{customer_email} // '') . '">'
		. '<label for="card">Card number</label><input id="card" name="card" inputmode="numeric" autocomplete="off" required value="'
		. html($card // '') . '"' . ($bad ? ' aria-invalid="true" aria-describedby="bad"' : '') . '>'
		. '<button>Pay ' . html(money(@{ $x->{is} }{qw(currency amount_total)})) . "</button></form>$back"
		. '<dl><dt>4242 4242 4242 4242</dt><dd>is paid</dd><dt>4000 0000 0000 0002</dt><dd>is declined</dd>'
		. '<dt>4000 0000 0000 9995</dt><dd>has too little on it</dd><dt>4000 0000 0000 3220</dt><dd>asks the bank</dd></dl></div>');
}

sub bank_page
{
	my ($x) = @_;
	return page('Your bank', '<div class="card">' . head($x) . '<p>Your bank wants to know that it is you.</p><form method="post">'
		. '<input type="hidden" name="card" value="4000000000003220"><button name="bank" value="yes">Confirm the payment</button>'
		. '<button class="other" name="bank" value="no">This was not me</button></form></div>');
}

sub message_page
{
	my ($title, $sentence, $url) = @_;
	return page($title, '<div class="card"><h1>' . html($title) . '</h1><p>' . html($sentence) . '</p>'
		. ($url ? sprintf('<p><a class="back" href="%s">Back to the shop</a></p>', html($url)) : '') . '</div>');
}

# What lies at the stand-in, for who runs it.
sub desk_page
{
	my ($house) = @_;
	my $rows = join '', map { sprintf '<tr><td>%s</td><td>%s</td><td>%s</td></tr>', html($_->{name}),
		html(money(@{ $_->{is} }{qw(currency amount_total)})), html("$_->{is}{status}, $_->{is}{payment_status}") }
		sort { $b->{is}{created} <=> $a->{is}{created} } values %{ $house->{sessions} };
	return page('Stripe stand-in', '<div class="card"><h1>Stripe stand-in</h1><p>Payments of the demo shops end here. No money moves.</p>'
		. ($rows ? "<table><tr><th>For</th><th>Amount</th><th>State</th></tr>$rows</table>" : '<p>Nobody has paid yet.</p>') . '</div>');
}

1;
