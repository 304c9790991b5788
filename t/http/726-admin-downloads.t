# Promise: what a merchant sells as a download reaches who paid for it, so often and so long as was agreed, and
# nobody else; such a cart asks for no parcel; the desk sees and renews it, and money given back ends it.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Account;
use Buyer;
use Fixture;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart checkout order account login admin-login admin-home admin-catalog admin-media admin-orders deliver sweep-media))]);
my $f = Fixture->new($shop->dbh);
my $t = $f->{tenant}{acme};
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(catalog.view catalog.edit orders.view orders.fulfil orders.refund orders.edit)], name => 'Ana Ruiz');
sub one { my ($sql, @args) = @_; $shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $t); return ($shop->dbh->selectrow_array($sql, undef, @args))[0] }
one('SELECT 1');
$f->variant($t, 'GUIDE', price => { EUR => 300 });
my ($product, $guide) = ($f->{product}{GUIDE}, $f->{variant}{GUIDE});
my $path = "/admin/media/$product/downloads";
my $bytes = join '', map { chr($_ * 7 % 256) } 1 .. 70_000;

sub save { my (%form) = @_; return $ana->visitor->submit($ana->get($path), action => "/en$path/save", {%form}) }
sub send_files { return $ana->visitor->submit($ana->get($path), action => "/en$path", { file => [@_] }) }
sub paid { my ($order) = @_; return one(q{SELECT sales.receive_payment(?, ?, (SELECT total FROM sales."order" WHERE order_id = ?), 'statement', 'test')}, $t, $order, $order) }
sub newest { return one('SELECT order_id FROM sales."order" ORDER BY order_id DESC LIMIT 1') }
# Fetches the first file that the page offers; undef when it offers none.
sub fetch { my ($v, $page) = @_; return $page->html =~ m{name="file"} ? $v->submit($page, field => 'file') : undef }

subtest 'CAT-08 the merchant marks it' => sub {
	like $ana->get("/admin/catalog/$product")->html, qr{href="/en$path"}, 'the product leads to the page';
	like $ana->get($path)->text, qr/Nothing of this product is a download/, 'which is empty';
	is send_files()->status, 422, 'no file chosen is said';
	is send_files({ file => 'empty.pdf', data => '' })->status, 422, 'an empty one, too';
	is send_files({ file => 'Größen & guide.pdf', data => $bytes }, { file => 'extra.txt', data => 'more' })->status, 303, 'two files at once';
	my $page = $ana->get($path);
	like $page->html, qr{Größen &amp; guide\.pdf.*application/pdf.*70 kB}s, 'stand there with kind and size';
	is one('SELECT digital FROM catalog.variant WHERE variant_id = ?', $guide), 0, 'a file alone sells nothing';
	my $bad = save(digital => '1', days => '0', times => 'x');
	is $bad->status, 422, 'wrong numbers';
	like $bad->html, qr{id="f-w-days".*id="f-w-times"}s, 'are said at their fields';
	like $bad->html, qr{id="f-digital" name="digital" value="1" checked}, 'and nothing typed is lost';
	is save(digital => '1', days => '10', times => '2')->status, 303, 'saved';
	is one('SELECT digital::text || track_stock FROM catalog.variant WHERE variant_id = ?', $guide), 'truefalse', 'a download whose stock is not counted';
	my @files = $ana->get($path)->html =~ m{name="gone" value="([^"]+)"}g;
	is save(gone => [@files])->status, 422, 'a download keeps one file at least';
	is save(gone => [$files[1]])->status, 303, 'the other may go';
	is one("SELECT count(*) FROM audit.entry WHERE action = 'product.downloads'"), 3, 'each change is in the log';
	my $siti = Staff->new($shop, $f, 'bahari', may => [qw(catalog.view catalog.edit)]);
	is $siti->get($path)->status, 404, 'T26 to another merchant it does not exist';
	my $eye = Staff->new($shop, $f, 'acme', may => ['catalog.view']);
	unlike $eye->get($path)->html, qr/type="file"/, 'who may only look gets no form to send';
	my ($name) = one('SELECT name FROM catalog.download_file WHERE variant_id = ?', $guide);
	ok -s $shop->stack->{dir} . "/downloads/$name", 'the file lies outside the web root';
	is $shop->visitor('one')->get("/media/$name")->status, 404, 'and no address of the web server leads there';
	1 while one('SELECT catalog.freshen(?, 1000)', $t);
};

my ($link, $order);
subtest 'CAT-08 a cart of downloads alone' => sub {
	my ($slug) = one(q{SELECT slug FROM catalog.product_page WHERE product_id = ? AND locale = 'en'}, $product);
	my ($said) = $shop->visitor('one')->get("/en/p/$slug")->text;
	like $said, qr/a download without delivery costs/, 'its page says that nothing is added for delivery';
	unlike $said, qr/plus delivery|plus tax and delivery|Delivery cost and date/, 'and nothing else';
	my $b = Buyer->new($shop->visitor('one'), '/en')->add($guide);
	unlike $b->get('/cart')->text, qr/in the next steps/, 'no price of delivery is announced';
	$b->contact;
	my $page = $b->get('/checkout/address');
	like $page->text, qr/nothing is sent/, 'the address is for the invoice';
	unlike $page->html, qr/billing_differs/, 'one address is enough';
	like $page->html, qr{<option value="US"}, 'from everywhere';
	$b->address(country => 'DE');
	like $b->page->header('location'), qr{/checkout/payment$}, 'payment comes next';
	is $b->get('/checkout/delivery')->status, 302, 'there is no step of delivery';
	unlike $b->get('/checkout/payment')->text, qr/Cash on delivery/, 'nobody rings with a file';
	$b->payment;
	like $b->get('/checkout/review')->text, qr/right of withdrawal.*Delivery free/s, 'the review says what is agreed';
	unlike $b->page->text, qr/Deliver to/, 'and shows no parcel';
	$b->place;
	$link = $b->{link} =~ s{^https?://[^/]+}{}r;
	$order = newest();
	is one('SELECT method_id FROM sales."order" WHERE order_id = ?', $order), undef, 'the order has no way of delivery';
	unlike $b->page->html, qr/id="downloads"/, 'before it is paid there is nothing to fetch';
	is one('SELECT count(*) FROM sales.download'), 0, 'nor a right to';
	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /order/i });
	unlike $mail->{text}, qr/Deliver to/, 'the mail of the order names no parcel';
};

subtest 'CAT-08 paid, it is handed over' => sub {
	is paid($order), 'ok', 'money comes';
	is one('SELECT fulfilment FROM sales."order" WHERE order_id = ?', $order), 'delivered', 'nothing is left to ship';
	my $mail = $shop->wait_mail(sub { $_[0]{subject} =~ /downloads/i });
	like $mail->{text}, qr/Größen & guide\.pdf.*until .* left: 2/s, 'a mail tells what can be fetched';
	my ($mailed) = $mail->{text} =~ m{https?://[^/]+(/\S*order/[\w-]{43})#downloads};
	ok $mailed && $mailed ne $link, 'with a link of its own';
	unlike one("SELECT string_agg(o::text, ' ') FROM event.outbox o") // '', qr/[\w-]{43}/, 'which was never queued';
	my $v = $shop->visitor('one');
	my $page = $v->get($mailed);
	like $page->text, qr/Größen & guide\.pdf .*Downloads left: 2/, 'the page offers it';
	my $got = fetch($v, $page);
	is $got->status, 200, 'it comes';
	ok $got->body eq $bytes, 'whole';
	like $got->header('content-disposition'), qr{^attachment; .*filename\*=UTF-8''Gr%C3%B6%C3%9Fen}, 'to be saved under its name';
	is $got->header('content-type'), 'application/pdf', 'as what it is';
	like $got->header('cache-control'), qr/no-store/, 'kept by nobody on the way';
	my ($file) = $page->html =~ m{name="file" value="([^"]+)"};
	is $v->get("$mailed/download")->status, 405, 'looking at an address counts nothing';
	is $shop->visitor('three')->post($mailed =~ s{^/en}{}r . '/download', { file => $file })->status, 404, 'T26 the link opens nothing in the shop of another';
	is $v->post("$mailed/download", { file => $guide })->status, 404, 'a file that was not bought';
	$got = fetch($v, $v->get($mailed));
	is $got->status, 200, 'the second time';
	like $v->get($mailed)->text, qr/fetched as often as agreed/, 'then it is over, and said';
	my $third = $v->post("$mailed/download", { file => $file });
	is $third->status, 303, 'a third time by the old page';
	like $v->get($mailed)->text, qr/fetched as often as agreed/, 'leads back to it';
};

subtest 'CAT-08 the desk renews it' => sub {
	my $page = $ana->get("/admin/orders/$order");
	like $page->text, qr/Größen & guide\.pdf used up/, 'sees how it stands';
	like $page->text, qr/GUIDE Product GUIDE en Download 1/, 'and why there is nothing to pack';
	is $ana->visitor->submit($page, action => "/en/admin/orders/$order/downloads", { renew_reason => '' })->status, 422, 'a reason is asked for';
	is $ana->visitor->submit($page, action => "/en/admin/orders/$order/downloads", { renew_reason => 'new telephone' })->status, 303, 'renewed';
	is one("SELECT count(*) FROM audit.entry WHERE action = 'order.downloads_renewed'"), 1, 'and in the log';
	my $v = $shop->visitor('one');
	like $v->get($link)->text, qr/Downloads left: 2/, 'the buyer has it again';
	$shop->change("UPDATE sales.download SET granted_at = now() - interval '20 days', expires_at = now() - interval '1 second' WHERE order_id = ?", $order);
	my $over = $v->get($link);
	like $over->text, qr/time for this download is over/, 'until its time is over';
	is fetch($v, $over), undef, 'then there is no button';
	is $ana->visitor->submit($ana->get("/admin/orders/$order"), action => "/en/admin/orders/$order/downloads", { renew_reason => 'was ill' })->status, 303, 'which can be renewed as well';
	my $refund = $ana->visitor->submit($ana->get("/admin/orders/$order"), action => "/en/admin/orders/$order/refund", { pieces => [1], refund_reason => 'by mistake' });
	is $refund->status, 303, 'the money of the line goes back';
	like $v->get($link)->text, qr/has ended: its money was given back/, 'and with it the right';
	unlike $ana->get("/admin/orders/$order")->html, qr{/orders/$order/downloads"}, 'which nobody renews';
};

subtest 'CAT-08 together with a parcel, for a member' => sub {
	my $eva = Account->make($shop, $f, 'one', prefix => '/en')->sign_in;
	my $b = Buyer->new($eva->visitor, '/en')->add($guide, 2)->add($f->{variant}{PLAIN});
	$b->contact->address->delivery->payment->place;
	my $mixed = newest();
	isnt one('SELECT method_id FROM sales."order" WHERE order_id = ?', $mixed), undef, 'it has a way of delivery';
	is one("SELECT string_agg(sku, ',') FROM sales.order_line WHERE order_id = ? AND ships", $mixed), 'PLAIN', 'for what is sent';
	paid($mixed);
	is one('SELECT fulfilment FROM sales."order" WHERE order_id = ?', $mixed), 'unfulfilled', 'the parcel waits to be packed';
	my $page = $eva->get("/account/orders/$mixed");
	like $page->text, qr/Downloads left: 4/, 'two pieces are twice as many downloads, and need not wait';
	is fetch($eva->visitor, $page)->body, $bytes, 'fetched from the account';
	my $stranger = Account->make($shop, $f, 'one', prefix => '/en')->sign_in;
	is $stranger->get("/account/orders/$mixed")->status, 404, 'T26 by nobody else';
	is $shop->value(q{SELECT sales.can_edit(?, ?)}, $t, $mixed), 'begun', 'what was handed over is not edited away';
};

subtest 'a file that is gone from the disk' => sub {
	my $b = Buyer->new($shop->visitor('one'), '/en')->add($guide);
	$b->contact->address->payment->place;
	paid(newest());
	my $here = $b->{link} =~ s{^https?://[^/]+}{}r;
	my $name = $shop->stack->{dir} . '/downloads/' . one('SELECT name FROM catalog.download_file WHERE variant_id = ?', $guide);
	rename $name, "$name.away" or die "rename: $!\n";
	my $page = $b->visitor->get($here);
	is fetch($b->visitor, $page)->status, 500, 'is a fault of the house';
	rename "$name.away", $name or die "rename: $!\n";
	like $b->visitor->get($here)->text, qr/Downloads left: 2/, 'and counts nothing';
	utime 1, 1, $name;
	$shop->job('sweep-media');
	ok -s $name, 'what is sold is not swept away';
	is save(digital => undef, gone => [$ana->get($path)->html =~ m{name="gone" value="([^"]+)"}g])->status, 303, 'sold no more, its file removed';
	utime 1, 1, $name;
	$shop->job('sweep-media');
	ok !-e $name, 'what nobody names is';
	is one('SELECT track_stock FROM catalog.variant WHERE variant_id = ?', $guide), 1, 'and its stock is counted again';
};

done_testing;
