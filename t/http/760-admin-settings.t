# Promise: staff set up a store without a file: each value is checked beside its field, what was typed is
# never lost, the shop follows at once, the audit log keeps old and new, and nobody reaches another
# merchant's store or hosts.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Buyer;
use Fixture;
use House;
use Race;
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog cart checkout order admin-login admin-home admin-settings))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my $ana = Staff->new($shop, $f, 'acme', may => [qw(settings.view settings.edit)], name => 'Ana Ruiz');
my $ben = Staff->new($shop, $f, 'acme', may => [qw(settings.view settings.edit)], name => 'Ben Ode');
my $siti = Staff->new($shop, $f, 'bahari', may => [qw(settings.view settings.edit)]);
my $base = '/admin/settings';
my $one = $f->{store}{one};
sub saved { my ($who, $page, $path, %form) = @_; return $who->visitor->submit($page, action => $who->path("$base$path"), { %form }) }
# By a button of the form at PATH that leads to another address.
sub pressed
{
	my ($who, $at, $path, %form) = @_;
	my ($csrf) = $who->get("$base$at")->html =~ /name="csrf" value="([^"]+)"/;
	return $who->visitor->post($who->path("$base$path"), { csrf => $csrf, %form });
}
sub logged { my ($action) = @_; return $shop->value('SELECT detail FROM audit.entry WHERE action = ? ORDER BY entry_id DESC LIMIT 1', $action) }
# Workers keep a store for a second at most.
sub until_shop { my ($path, $like) = @_; return House::wait_for(10, sub { $shop->visitor('one')->get($path)->html =~ $like }) }

subtest 'SET-01 the store' => sub {
	my $page = $ana->get($base);
	is $page->status, 200, 'all stores stand in a list';
	like $page->html, qr/You work here/, 'with the one that one works in';
	unlike $page->html, qr/Bahari/i, 'T26 and none of another merchant';
	$page = $ana->get("$base/store");
	is $page->status, 200, 'a form';
	my $bad = saved($ana, $page, '/store', name => '', contact_email => 'nobody', contact_phone => 'call me', cutoff => '25:00', low_stock => '-1', street => 'Calle Mayor 1');
	is $bad->status, 422, 'wrong input comes back';
	like $bad->html, qr/id="w-$_">/, "said at $_" for qw(name contact_email low_stock);
	like $bad->html, qr/value="Calle Mayor 1"/, 'nothing is lost';
	$bad = saved($ana, $bad, '/store', name => 'Shop & Co', contact_email => 'shop@example.test', low_stock => 3, contact_phone => 'call me', cutoff => '25:00',
		color_primary => 'red', map { ("closed_$_" => 1) } 0 .. 6);
	like $bad->html, qr/id="w-$_">/, "and at $_" for qw(contact_phone cutoff color_primary);
	like $bad->html, qr/One day of the week must be open/, 'and on top';
	$bad = saved($ana, $bad, '/store', contact_phone => '+34 900 100 200', cutoff => '09:30', color_primary => '#224466', timezone => 'Mars/Olympus', closed_6 => '');
	like $bad->html, qr/id="w-timezone">There is no such time zone/, 'the database decides what zones there are';
	$bad = saved($ana, $bad, '/store', timezone => 'Europe/Madrid', logo => 'nothing.svg');
	like $bad->html, qr/id="w-logo">There is no picture/, 'and pictures';
	is saved($ana, $bad, '/store', logo => '')->status, 303, 'then it is saved';
	is $shop->value(q{SELECT concat_ws('|', name, street, contact_phone, cutoff_minute, closed_weekdays, timezone) FROM tenancy.store WHERE store_id = ?}, $one),
		'Shop & Co|Calle Mayor 1|+34 900 100 200|570|63|Europe/Madrid', 'every value';
	ok until_shop('/', qr/Shop &amp; Co/), 'the shop shows it';
	like logged('store.changed'), qr/"name": ?\[".*", ?"Shop & Co"\]/, 'SEC-05 the log keeps old and new';

	my ($hers, $his) = ($ana->get("$base/store"), $ben->get("$base/store"));
	is saved($ana, $hers, '/store', city => 'Alicante')->status, 303, 'she saves first';
	my $told = saved($ben, $his, '/store', city => 'Elx', street => 'Carrer Major 2');
	is $told->status, 422, 'the second is told';
	like $told->text, qr/Somebody else has changed these settings/, 'in words';
	like $told->html, qr/value="Elx".*?Saved meanwhile: Alicante/s, 'with what stands now';
	like $told->html, qr/value="Carrer Major 2"/, 'and loses nothing';
	is $shop->value('SELECT city FROM tenancy.store WHERE store_id = ?', $one), 'Alicante', 'nothing was overwritten';
	is saved($ben, $told, '/store')->status, 303, 'he saves knowing it';
	is $shop->value('SELECT city FROM tenancy.store WHERE store_id = ?', $one), 'Elx', 'his then';

	my $away = $ana->get("$base/store");
	$ana->visitor->submit($away, action => $ana->path('/admin/store'), { store => $f->{store}{two} });
	is saved($ana, $away, '/store', city => 'Altea')->status, 409, 'a form of a store is not saved into another that one switched to';
	$ana->visitor->submit($away, action => $ana->path('/admin/store'), { store => $one });
	is_deeply [map { $_->{city} } $shop->rows('SELECT city FROM tenancy.store WHERE tenant_id = ? ORDER BY code', $f->{tenant}{acme})], ['Elx', ''], 'into neither';

	my $looks = Staff->new($shop, $f, 'acme', may => ['settings.view']);
	unlike $looks->get("$base/store")->html, qr/>Save</, 'who may only look is offered nothing';
	$page = $ana->get($base);
	is saved($ana, $page, '/status', status => 'inactive', reason => '')->status, 422, 'closing wants a reason';
	is saved($ana, $page, '/status', status => 'inactive', reason => 'moving house')->status, 303, 'then it is closed';
	ok House::wait_for(10, sub { $shop->visitor('one')->get('/')->status == 410 }), 'for shoppers';
	is saved($ana, $ana->get($base), '/status', status => 'active', reason => 'moved')->status, 303, 'and opened again from the console that stays';
	ok House::wait_for(10, sub { $shop->visitor('one')->get('/')->status == 200 }), 'for shoppers';
	my $old = Staff->new($shop, $f, 'acme', may => [qw(settings.view settings.edit)], age_s => 3600);
	like saved($old, $old->get($base), '/status', status => 'inactive', reason => 'why not')->text, qr/a while since you showed a code/, 'a fresh code is wanted for it';
};

subtest 'SET-02 languages and currencies' => sub {
	my $page = $ana->get("$base/languages");
	my @tags = map { $_->{tag} } $shop->rows('SELECT tag FROM tenancy.store_locale WHERE store_id = ? ORDER BY position', $one);
	my @money = map { $_->{currency} } $shop->rows('SELECT currency FROM tenancy.store_currency WHERE store_id = ? ORDER BY position', $one);
	my $bad = saved($ana, $page, '/languages', tag => [@tags, $tags[0]], currency => ['EUR', 'EUR'], step => ['', ''], reason => 'more people');
	is $bad->status, 422, 'twice the same comes back';
	like $bad->html, qr/id="w-tag_$#{[@tags, 1]}">Please choose each language once/, 'at the language';
	like $bad->html, qr/id="w-currency_1">Please choose each currency once/, 'at the currency';
	$bad = saved($ana, $page, '/languages', tag => [('') x 6], currency => ['EUR'], step => ['free'], reason => 'more people');
	like $bad->html, qr/id="w-tag_0">A store speaks one/, 'one must stay';
	like $bad->html, qr/id="w-step_0">Please give an amount/, 'a smallest amount is one';
	like $bad->html, qr/value="free"/, 'nothing is lost';
	is saved($ana, $bad, '/languages', tag => [@tags, 'id-ID'], currency => [@money, 'CHF'], step => [(map { '' } @money), '0.05'], reason => 'more people')->status, 303, 'then they are saved';
	is $shop->value(q{SELECT step FROM tenancy.store_currency WHERE store_id = ? AND currency = 'CHF'}, $one), 5, 'with the smallest amount';
	ok House::wait_for(10, sub { $shop->visitor('one')->get('/id/')->status == 200 }), 'the shop speaks it';
	like logged('store.languages'), qr/"id-ID"/, 'SEC-05 the log keeps it';
	is saved($ana, $ana->get("$base/languages"), '/languages', tag => [@tags, 'id-ID', 'es-MX'], currency => \@money, step => [map { '' } @money], reason => 'Mexico')->status, 303, 'a second country of a language';
	is $shop->value(q{SELECT locale FROM tenancy.store_locale WHERE store_id = ? AND tag = 'es-MX'}, $one), 'es-mx', 'has it in its path, as a store file has';
	is saved($ana, $page, '/languages', tag => \@tags, currency => \@money, step => [map { '' } @money], reason => 'back')->status, 422, 'an old form is not saved over it';
};

subtest 'SET-03 hosts' => sub {
	my $page = $ana->get("$base/hosts");
	like $page->text, qr/CNAME/, 'how a host comes here is told';
	my $bad = saved($ana, $page, '/hosts', host => 'https://shop.example/', kind => 'store', reason => 'a new name');
	like $bad->html, qr/id="w-host">Please give a host name/, 'an address is no host';
	my ($theirs) = map { $_->{host} } $shop->rows(q{SELECT host FROM tenancy.host WHERE tenant_id = ? LIMIT 1}, $f->{tenant}{bahari});
	$bad = saved($ana, $bad, '/hosts', host => $theirs, kind => 'store', reason => 'a new name');
	like $bad->html, qr/id="w-host">This host leads to another shop/, 'T26 a host belongs to one store of all merchants';
	is $shop->value('SELECT tenant_id FROM tenancy.host WHERE host = ?', $theirs), $f->{tenant}{bahari}, 'and stays there';
	is saved($ana, $bad, '/hosts', host => 'New-Name.localhost', kind => 'store', reason => 'a new name')->status, 303, 'a free one is added';
	ok House::wait_for(10, sub { $shop->visitor('new-name.localhost')->get('/')->status == 200 }), 'and leads to the shop';
	my ($old) = $shop->value(q{SELECT host FROM tenancy.host WHERE store_id = ? AND kind = 'store' AND is_primary}, $one);
	is pressed($ana, '/hosts', '/hosts/remove', store => $one, which => $old, act_reason => 'old')->status, 422, 'the main one stays';
	is saved($ana, $ana->get("$base/hosts"), '/hosts/main', which => 'new-name.localhost', act_reason => 'it works')->status, 303, 'another becomes it';
	is $shop->value(q{SELECT string_agg(host, ' ') FROM tenancy.host WHERE store_id = ? AND kind = 'store' AND is_primary}, $one), 'new-name.localhost', 'alone';
	is pressed($siti, '/hosts', '/hosts/remove', store => $f->{store}{three}, which => $old, act_reason => 'mine')->status, 404, 'T26 another merchant removes nothing here';
	is saved($ana, $ana->get("$base/hosts"), '/hosts/main', which => $old, act_reason => 'back')->status, 303, 'back again';
	is pressed($ana, '/hosts', '/hosts/remove', store => $one, which => 'new-name.localhost', act_reason => 'not used')->status, 303, 'what is not main goes';
	ok House::wait_for(10, sub { $shop->visitor('new-name.localhost')->get('/')->status == 421 }), 'and leads nowhere';
	like logged('host.removed'), qr/new-name\.localhost/, 'SEC-05 the log keeps it';
};

subtest 'SET-04 delivery' => sub {
	my ($locales, $money) = map { [map { (values %$_)[0] } $shop->rows($_, $one)] } 'SELECT locale FROM tenancy.store_locale WHERE store_id = ? ORDER BY position',
		'SELECT currency FROM tenancy.store_currency WHERE store_id = ? ORDER BY position';
	my %names = map { ("name_$_" => "Drone $locales->[$_]") } 0 .. $#$locales;
	my $page = $ana->get("$base/delivery/new");
	is $page->status, 200, 'a form';
	my $bad = saved($ana, $page, '/delivery/new', code => 'drone', zones => 'Spain', kind => 'weight', bands_0 => "2000: 4.90\n1000: 3", first_1 => '5', days_min => 9, days_max => 2,
		about_0 => 'It flies');
	is $bad->status, 422, 'wrong input comes back';
	like $bad->html, qr/id="w-$_">/, "said at $_" for qw(zones name_0 bands_0 first_1 days_max);
	like $bad->html, qr/value="It flies"/, 'nothing is lost';
	my %bands = map { ("bands_$_" => "1000: 4.90\n2000: 7,90", "first_$_" => '', "free_$_" => '60') } 0 .. $#$money;
	my $made = saved($ana, $bad, '/delivery/new', %names, zones => 'ES, -ES-GC', days_min => 1, days_max => 2, %bands);
	is $made->status, 303, 'then it is made';
	my ($id) = $shop->value(q{SELECT method_id FROM shipping.method WHERE store_id = ? AND code = 'drone'}, $one);
	like saved($ana, $ana->get("$base/delivery/new"), '/delivery/new', code => 'drone', zones => '*', %names, map { ("first_$_" => 1) } 0 .. $#$money)->html,
		qr/id="w-code">Another/, 'a name is there once';

	my $tried = sub { my (%q) = @_; return $ana->get("$base/delivery?" . join '&', map { "$_=$q{$_}" } sort keys %q)->text };
	like $tried->(country => 'ES', weight => 900, goods => 20), qr/Drone en .*?€4\.90/, 'it can be tried';
	like $tried->(country => 'ES', weight => 1500, goods => 20), qr/Drone en .*?€7\.90/, 'by its weight';
	like $tried->(country => 'ES', weight => 900, goods => 60), qr/Drone en .*?€0\.00/, 'free from its threshold';
	like $tried->(country => 'ES', weight => 5000, goods => 20), qr/Drone en .*?does not take this weight/, 'and heavier not';
	unlike $tried->(country => 'ES', region => 'GC', weight => 900), qr/Drone en [0-9]/, 'nor to a region that is taken out';
	like $tried->(country => 'ES', weight => 'much'), qr/weight in whole grams/, 'what is no number is said';

	my $b = Buyer->new($shop->visitor('one'), '/en')->add($f->{variant}{PLAIN});
	$b->start;
	$b->ready;
	my ($weight) = $shop->value('SELECT weight_g FROM catalog.variant WHERE variant_id = ?', $f->{variant}{PLAIN});
	my ($offered) = $b->get('/checkout/delivery')->text =~ /Drone en.*?(€[\d.]+)/;
	my ($trial) = $tried->(country => 'ES', region => 'M', weight => $weight, goods => 10) =~ /Drone en.*?(€[\d.]+)/;
	is $trial, $offered, 'checkout offers it at the price of the trial';
	$shop->change(q{UPDATE sales.contact SET region = 'GC'});
	unlike $b->get('/checkout/delivery')->text, qr/Drone en/, 'and not to the region that is taken out';

	my ($hers, $his) = ($ana->get("$base/delivery/$id"), $ben->get("$base/delivery/$id"));
	like $hers->html, qr/1000: 4\.90\n2000: 7\.90/, 'its steps come back as they were written';
	is saved($ana, $hers, "/delivery/$id", bands_0 => '1000: 5')->status, 303, 'she changes a price';
	my $told = saved($ben, $his, "/delivery/$id", position => 3);
	like $told->html, qr/Somebody else has changed.*Saved meanwhile: 1000: 5\.00/s, 'he is told what stands now';
	is saved($ben, $told, "/delivery/$id", active => '')->status, 303, 'and switches it off';
	unlike $tried->(country => 'ES', weight => 900), qr/Drone en [0-9]/, 'it is offered no more';
	like logged('delivery.changed'), qr/"active": ?\[true, ?false\]/, 'SEC-05 the log keeps old and new';
	is $siti->get("$base/delivery/$id")->status, 404, 'T26 another merchant finds it not';
};

subtest 'SET-05 taxes' => sub {
	my $page = $ana->get("$base/taxes?country=ES&amount=12.10");
	like $page->text, qr/Without tax €10\.00 IVA.*?€2\.10 The shopper pays €12\.10/, 'what a product costs is reckoned by the rates';
	is $ana->get("$base/taxes?amount=much")->status, 200, 'what is no amount';
	like $ana->get("$base/taxes?amount=much")->text, qr/amount like 19\.90/, 'is said';
	my $new = $ana->get("$base/taxes/new");
	my $bad = saved($ana, $new, '/taxes/new', name => 'Luxury', code => 'lux', rate => '120', country => '*', region => 'GC', day => '2000-01-01', reason => 'a law');
	like $bad->html, qr/id="w-$_">/, "wrong input is said at $_" for qw(rate region);
	$bad = saved($ana, $bad, '/taxes/new', rate => '7', country => 'ES');
	like $bad->html, qr/id="w-day">What is taxed already/, 'what is past is not taxed anew';
	my ($today) = $shop->value('SELECT (now() AT TIME ZONE timezone)::date FROM tenancy.store WHERE store_id = ?', $one);
	is saved($ana, $bad, '/taxes/new', day => $today)->status, 303, 'then it is made';
	like $ana->get("$base/taxes?country=ES&region=GC&amount=10.70")->text, qr/Luxury \(7 %\) €0\.70/, 'and counts from today';
	like saved($ana, $new, '/taxes/new', name => 'Again', code => 'lux2', rate => '8', country => 'ES', region => 'GC', day => $today, reason => 'a law')->html,
		qr/id="w-day">There is a rate for the same/, 'two of the same never count at once';
	my ($id) = $shop->value("SELECT tax_rate_id FROM accounting.tax_rate WHERE store_id = ? AND code = 'lux'", $one);
	my $at = $ana->get("$base/taxes/$id");
	like saved($ana, $at, "/taxes/$id", rate => '9.5', day => $today, reason => 'a new law')->html, qr/id="w-day">/, 'it began today: another follows later';
	is saved($ana, $at, "/taxes/$id", rate => '9,5', day => '2090-01-01', reason => 'a new law')->status, 303, 'another follows from a day on';
	is_deeply [map { "$_->{code} $_->{rate_ppm} $_->{valid_to}" } $shop->rows(q{SELECT code, rate_ppm, valid_to FROM accounting.tax_rate WHERE store_id = ? AND code LIKE 'lux%' ORDER BY valid_from}, $one)],
		['lux 70000 2090-01-01', 'lux-20900101 95000 infinity'], 'the old one stays as it was until then';
	like saved($ana, $at, "/taxes/$id/end", until => '2091-01-01', end_reason => 'why not')->text, qr/ends already/, 'and ends once';
	is $siti->get("$base/taxes/$id")->status, 404, 'T26 another merchant finds it not';
	like logged('tax.followed'), qr/"rate_ppm": ?95000/, 'SEC-05 the log keeps it';
	my $how = $ana->get("$base/taxes/how");
	is saved($ana, $how, '/taxes/how', prices_include_tax => '', reason => 'for businesses')->status, 303, 'prices are read without tax from now on';
	like $ana->get("$base/taxes?country=ES&region=M&amount=10")->text, qr/Without tax €10\.00 IVA.*?€2\.10 The shopper pays €12\.10/, 'and reckoned so';
};

subtest 'SET-06 payment' => sub {
	my $page = $ana->get("$base/payment");
	is $page->status, 200, 'a list';
	like $page->text, qr/Bank transfer.*Cash on delivery/s, 'of every way there is';
	is $ana->get("$base/payment/gold")->status, 404, 'and no other';
	my ($hers, $his) = ($ana->get("$base/payment/bank_transfer"), $ben->get("$base/payment/bank_transfer"));
	my $bad = saved($ana, $hers, '/payment/bank_transfer', name_0 => '', countries => 'ES, Spain', words_0 => 'IBAN ES77', reason => 'another bank');
	like $bad->html, qr/id="w-$_">/, "wrong input is said at $_" for qw(name_0 countries);
	like $bad->html, qr/>IBAN ES77</, 'nothing is lost';
	my @names = $hers->html =~ /name="(name_[0-9])"/g;
	is saved($ana, $bad, '/payment/bank_transfer', countries => 'es, pt', map { ($_ => 'Bank') } @names)->status, 303, 'then it is saved';
	is $shop->value(q{SELECT string_agg(country, ' ' ORDER BY country) FROM payment.method_country WHERE store_id = ? AND method = 'bank_transfer'}, $one), 'ES PT', 'with its countries';
	my $told = saved($ben, $his, '/payment/bank_transfer', position => 4, reason => 'order', map { ($_ => 'Bank') } @names);
	like $told->html, qr/Somebody else has changed.*Saved meanwhile: ES, PT/s, 'who saves over it is told';
	is saved($ben, $told, '/payment/bank_transfer', active => '')->status, 303, 'he switches it off';
	like $ana->get("$base/payment")->html, qr{Bank transfer</a></th><td>Bank</td><td>[^<]*</td><td><span class="tag">Off}, 'the list says so';
	ok !$shop->value(q{SELECT payment.offered(?, ?, 'bank_transfer', 'ES')}, $f->{tenant}{acme}, $one), 'checkout offers it no more';
	like logged('payment.changed'), qr/"active": ?\[true, ?false\]/, 'SEC-05 the log keeps old and new';
	unlike $ana->get("$base/payment/card")->text, qr/sk_/, 'no key is shown';
	is $shop->value(q{SELECT count(*) FROM payment.method_text x JOIN payment.method m USING (tenant_id, store_id, method) WHERE x.tenant_id = ? AND x.instructions = 'IBAN ES77'}, $f->{tenant}{bahari}), 0,
		'T26 another merchant keeps his';
};

subtest 'SET-06 limits and fees of payment' => sub {
	my $page = $ana->get("$base/payment/cod");
	my ($at) = $page->html =~ /name="currency_(\d)" value="EUR"/;
	my @names = $page->html =~ /name="(name_[0-9])"/g;
	my $bad = saved($ana, $page, '/payment/cod', "least_$at" => '20', "most_$at" => '19,99', "cost_$at" => 'three', percent => '101', groups => 'none', reason => 'the carrier');
	like $bad->html, qr/id="w-$_">/, "wrong input is said at $_" for "most_$at", "cost_$at", 'percent';
	like $bad->html, qr/value="19,99"/, 'nothing is lost';
	$bad = saved($ana, $bad, '/payment/cod', "least_$at" => '', "most_$at" => '30,00', "cost_$at" => '2,50', percent => '2.5', active => 1, map { ($_ => 'COD') } @names);
	like $bad->html, qr/id="w-groups">There is no customer group/, 'nor a group that is not there';
	is saved($ana, $bad, '/payment/cod', groups => '')->status, 303, 'then it is saved';
	is $shop->value(q{SELECT concat_ws(' ', least, most, surcharge, surcharge_ppm) FROM payment.method_amount JOIN payment.method USING (tenant_id, store_id, method)
		WHERE store_id = ? AND method = 'cod' AND currency = 'EUR'}, $one), '0 3000 250 25000', 'in minor units and millionths';
	unlike $ana->get("$base/payment/bank_transfer")->html, qr/name="(percent|cost_$at)"/, 'other ways cost nothing';
	$f->stock($f->{tenant}{acme}, 'PLAIN', 'W1', 100);
	my $buyer = Buyer->new($shop->visitor('one'), '/en');
	$buyer->add($f->{variant}{PLAIN}, 2)->contact->address->delivery;
	my $offer = $buyer->get('/checkout/payment');
	like $offer->text, qr/COD\s*\+\s*€3\.\d\d/, 'the buyer sees what it costs before he chooses';
	$buyer->payment('COD');
	my $review = $buyer->get('/checkout/review');
	like $review->text, qr/Cash on delivery fee €(3\.\d\d)/, 'and what it comes to';
	$page = $buyer->place;
	like $page->text, qr/Cash on delivery fee €3\.\d\d/, 'it stands in his order';
	ok $shop->value(q{SELECT surcharge = 250 + round((goods - discount + shipping) * 0.025) FROM sales."order" WHERE payment_method = 'cod' ORDER BY order_id DESC LIMIT 1}), 'as the rule says';
	$buyer = Buyer->new($shop->visitor('one'), '/en');
	$shop->dbh->do(q{UPDATE payment.method SET active = true WHERE store_id = ? AND method = 'bank_transfer'}, undef, $one);
	$buyer->add($f->{variant}{PLAIN}, 4)->contact->address->delivery;
	unlike $buyer->get('/checkout/payment')->text, qr/COD/, 'above the limit it is not offered';
	$page = $buyer->visitor->submit($buyer->get('/checkout/payment'), action => '/en/checkout/payment', { method => 'cod' });
	is $page->status, 422, 'nor taken from a form that was made up';
};

subtest 'SET-07 policies' => sub {
	my $page = $ana->get("$base/policies");
	my $bad = saved($ana, $page, '/policies', return_days => 400);
	like $bad->html, qr/id="w-return_days">/, 'more than a year to return is refused at its field';
	is saved($ana, $bad, '/policies', return_days => 45)->status, 303, '45 days are saved';
	is $shop->value('SELECT return_days FROM shipping.policy WHERE store_id = ?', $one), 45, 'and count';
	my $new = $ana->get("$base/policies/new");
	$bad = saved($ana, $new, '/policies/new', code => 'returns', title_0 => 'Devoluciones', body_0 => "# Claro\n\n**45** dias <script>", body_1 => 'left alone');
	like $bad->html, qr/id="w-$_">/, "wrong input is said at $_" for qw(slug_0 title_1);
	my $look = saved($ana, $bad, '/policies/new', look => 1);
	is $look->status, 200, 'a preview';
	like $look->html, qr{<strong>45</strong> dias &lt;script&gt;}, 'shows it as the shop will, with markup of others as text';
	is $shop->value(q{SELECT count(*) FROM content.page WHERE store_id = ? AND code = 'returns'}, $one), 0, 'and saves nothing';
	is saved($ana, $bad, '/policies/new', slug_0 => 'devoluciones', body_1 => '')->status, 303, 'then it is made';
	my ($id) = $shop->value(q{SELECT page_id FROM content.page WHERE store_id = ? AND code = 'returns'}, $one);
	ok House::wait_for(10, sub { $shop->visitor('one')->get('/page/devoluciones')->html =~ m{<strong>45</strong>} }), 'the shop shows it';
	my ($hers, $his) = ($ana->get("$base/policies/$id"), $ben->get("$base/policies/$id"));
	is saved($ana, $hers, "/policies/$id", body_0 => '60 dias')->status, 303, 'she changes it';
	like saved($ben, $his, "/policies/$id", title_0 => 'Vueltas')->html, qr/Somebody else has changed.*Saved meanwhile: 60 dias/s, 'he is told';
	like saved($ana, $ana->get("$base/policies/new"), '/policies/new', code => 'more', title_0 => 'Otra', slug_0 => 'devoluciones')->html, qr/id="w-slug_0">Another page/, 'an address is there once';
	is $siti->get("$base/policies/$id")->status, 404, 'T26 another merchant finds it not';
	like logged('page.changed'), qr/"texts"/, 'SEC-05 the log keeps that it changed';
};

subtest 'SET-08 mails' => sub {
	my ($locale) = $shop->value('SELECT locale FROM tenancy.store_locale WHERE store_id = ? ORDER BY position LIMIT 1', $one);
	my $list = $ana->get("$base/mails");
	is $list->status, 200, 'all mails stand in a list';
	like $list->html, qr{/admin/settings/mails/order-placed/$locale"}, 'in each language';
	unlike $list->html, qr/own words/, 'all in the house\'s words';
	is saved($ana, $list, '/mails', words_0 => "Until soon,\nthe shop")->status, 303, 'the signature is saved';
	is $shop->value('SELECT mail_signature FROM tenancy.store_text WHERE store_id = ? AND locale = ?', $one, $locale), "Until soon,\nthe shop", 'line by line';
	my $at = "/mails/order-placed/$locale";
	my $page = $ana->get("$base$at");
	is $page->status, 200, 'a form';
	like $page->html, qr/name="opening"[^>]*># [^<]*\{\{person\}\}/s, 'filled with the house\'s words, names in braces';
	like $page->html, qr{<code>\{\{order\.number\}\}</code>}, 'and what they may name';
	like $page->html, qr{<pre[^>]*>[^<]*Until soon,\nthe shop}, 'with an example of it, signature and all';
	is saved($ana, $page, $at)->status, 303, 'saved as it is';
	is $shop->value('SELECT count(*) FROM tenancy.mail_text WHERE store_id = ?', $one), 0, 'it stays the house\'s';

	my $bad = saved($ana, $page, $at, subject => 'Order {{order.nr}}', opening => "Hi\n\n{{#person}}x{{/person}}", closing => '<b>soon</b>');
	is $bad->status, 422, 'a broken one comes back';
	like $bad->html, qr/id="w-subject">[^<]*order\.nr[^<]*\([^<]* 1\)/, 'said with name and line at its field';
	like $bad->html, qr/id="w-opening">[^<]*\{\{#person\}\}[^<]*\([^<]* 3\)/, 'each';
	like $bad->html, qr/value="Order \{\{order\.nr\}\}"/, 'nothing is lost';
	my %good = (subject => 'Thanks, {{person}}', opening => "# <script>alert(1)</script>\n\nHello **{{person}}**", closing => '[Terms](/page/terms)');
	my $look = saved($ana, $bad, $at, %good, look => 1);
	is $look->status, 200, 'a preview';
	like $look->html, qr{<pre[^>]*>&lt;script&gt;alert\(1\)&lt;/script&gt;\s+Hello \w+}, 'with what was typed';
	$look = pressed($ana, $at, "$at/look", store => $one, over => 0, %good);
	is $look->status, 200, 'the HTML part';
	my $policy = $look->header('content-security-policy');
	like $policy, qr/default-src 'none'.*frame-ancestors 'none'; sandbox$/, 'T28 in a sandbox';
	unlike $policy, qr/script-src|form-action 'self'/, 'without scripts and forms';
	like $look->html, qr{<h1>&lt;script&gt;alert\(1\)&lt;/script&gt;</h1>\s*<p>Hello <strong>\w+}, 'markup of one\'s own is text';
	is $shop->value('SELECT count(*) FROM tenancy.mail_text WHERE store_id = ?', $one), 0, 'nothing is saved by looking';

	my $trial = pressed($ana, $at, "$at/trial", store => $one, over => 0, %good);
	is $trial->status, 200, 'a trial';
	like $trial->text, qr/on its way to your own mail address/, 'is on its way';
	like $trial->html, qr/value="Thanks, \{\{person\}\}"/, 'and what was typed is still there';
	is $shop->value(q{SELECT concat_ws('|', t.subject, t.staff_id = o.staff_id, o.template) FROM event.outbox o JOIN tenancy.mail_trial t ON t.trial_id = o.change_id
		WHERE t.store_id = ?}, $one), 'Thanks, {{person}}|t|trial', 'in the words that were typed';
	$shop->dbh->do(q{INSERT INTO tenancy.mail_trial (tenant_id, trial_id, store_id, staff_id, template, locale, subject, opening, closing)
		SELECT tenant_id, sutler.uuid7(), store_id, staff_id, template, locale, '', '', '' FROM tenancy.mail_trial, generate_series(1, 29)});
	like pressed($ana, $at, "$at/trial", store => $one, over => 0, %good)->text, qr/sent yourself 30 trials/, 'no flood of them';

	my ($hers, $his) = ($ana->get("$base$at"), $ben->get("$base$at"));
	is saved($ana, $hers, $at, %good)->status, 303, 'she saves';
	like $ana->get("$base/mails")->html, qr/own words/, 'the list says so';
	my $told = saved($ben, $his, $at, subject => 'Mine');
	like $told->html, qr/Somebody else has changed.*Saved meanwhile: Thanks, \{\{person\}\}/s, 'he is told';
	like logged('mail.changed'), qr/"closing": ?\["", ?"\[Terms\]/, 'SEC-05 the log keeps old and new';
	is saved($ana, $ana->get("$base$at"), $at, house => 1)->status, 303, 'back to the house\'s';
	is $shop->value('SELECT count(*) FROM tenancy.mail_text WHERE store_id = ?', $one), 0, 'words';
	is $siti->get("$base/mails/no-such/$locale")->status, 404, 'no such mail';
	is $ana->get("$base/mails/trial/$locale")->status, 404, 'nor one of trials';
	is $ana->get("$base/mails/invoice/xx")->status, 404, 'nor language';
	my $looks = Staff->new($shop, $f, 'acme', may => ['settings.view']);
	unlike $looks->get("$base$at")->html, qr/>Save</, 'who may only look is offered nothing';
};

subtest 'SET-09 numbers' => sub {
	my $two = $f->{store}{two};
	$shop->dbh->do('SELECT sales.prepare_store(tenant_id, store_id) FROM tenancy.store WHERE tenant_id = ?', undef, $f->{tenant}{acme});
	my ($year) = $shop->value(q{SELECT to_char(sutler.now() AT TIME ZONE timezone, 'YYYY') FROM tenancy.store WHERE store_id = ?}, $one);
	$shop->dbh->do(q{UPDATE tenancy.store SET invoice_prefix = 'T' WHERE store_id = ?}, undef, $two);
	my $next = sub { return $shop->value('SELECT sales.next_number(tenant_id, store_id) FROM tenancy.store WHERE store_id = ?', $one) };
	my $invoice = sub { return $shop->value('SELECT accounting.next_number(tenant_id, store_id, ?) FROM tenancy.store WHERE store_id = ?', $_[0], $one) };
	my $page = $ana->get("$base/numbers");
	is $page->status, 200, 'what is next stands in a form';
	my ($order) = $page->html =~ /name="order_next" value="(\d+)"/;
	my $look = saved($ana, $page, '/numbers', order_prefix => 'A-', order_next => 5000, invoice_prefix => 'F', return_prefix => 'Back-', look => 1);
	is $look->status, 200, 'a preview';
	like $look->html, qr{<strong>\Q$_\E</strong>}, "next will be $_" for 'A-5000', "F$year-1", "F$year-R1", 'Back-1001';
	unlike $next->(), qr/A/, 'nothing is saved by looking';

	my $bad = saved($ana, $look, '/numbers', order_prefix => 'A/', reason => '');
	like $bad->html, qr/id="w-$_">/, "wrong input is said at $_" for qw(order_prefix reason);
	for (['order_prefix', 'A1'], ['invoice_prefix', 'F2'], ['order_next', $order], ['invoice_prefix', 'T'], ['return_prefix', 'B2'], ['return_prefix', ''], ['return_next', 7]) {
		$bad = saved($ana, $ana->get("$base/numbers"), '/numbers', order_next => 5000, reason => 'a new book', @$_);
		like $bad->html, qr/id="w-$_->[0]">/, "$_->[1] as $_->[0] would repeat numbers";
	}
	is saved($ana, $ana->get("$base/numbers"), '/numbers', order_prefix => 'A-', order_next => 5000, invoice_prefix => 'F', invoice_next => 18, reason => 'a new book')->status, 303, 'it is saved';
	is $next->(), 'A-5000', 'the next order';
	like logged('store.numbers'), qr/"invoice_next": ?\[1, ?18\]/, 'SEC-05 the log keeps old and new';
	is saved($ana, $ana->get("$base/numbers"), '/numbers', invoice_next => 7, reason => 'a slip')->status, 303, 'a series that has not begun may be set again';
	is $invoice->("F$year-"), 7, 'and begins there';
	my $back = sub { my ($store) = @_; return $shop->value('SELECT sales.take_return_number(?, ?)', $f->{tenant}{acme}, $store) };
	is $back->($one), 'RMA-1001', 'ORD-07 returns have a series of their own';
	is $back->($two), 'RMA-1002', 'which stores with one prefix share, for parcels of both come to one house';
	is saved($ana, $ana->get("$base/numbers"), '/numbers', return_prefix => 'rma-', return_next => 1002, reason => 'a slip')->status, 422, 'also when it is written otherwise';
	is saved($ana, $ana->get("$base/numbers"), '/numbers', return_prefix => 'Back-', reason => 'a new book')->status, 303, 'another prefix';
	is $back->($one), 'Back-1001', 'begins another series';
	is saved($ana, $ana->get("$base/numbers"), '/numbers', return_next => 2000, reason => 'a new book')->status, 303, 'the next number may grow';
	is $back->($one), 'Back-2000', 'and is taken';
	like saved($ana, $ana->get("$base/numbers"), '/numbers', return_next => 2000, reason => 'a slip')->html, qr/id="w-return_next">/, 'never shrink';
	is saved($ana, $ana->get("$base/numbers"), '/numbers', return_prefix => 'RMA-', reason => 'the old book')->status, 303, 'back to the first';
	is $back->($one), 'RMA-1003', 'which goes on where it was';
	my ($o) = $shop->rows('SELECT tenant_id, order_id FROM sales."order" WHERE store_id = ? LIMIT 1', $one);
	SKIP: {
		skip 'no order in this shop', 4 if !$o;
		$shop->dbh->do(q{INSERT INTO accounting.invoice (tenant_id, store_id, invoice_id, order_id, series, number, issued_on, locale, currency, seller, buyer,
			prices_include_tax, goods, discount, shipping, tax, total) VALUES (?, ?, sutler.uuid7(), ?, ?, 7, '2026-01-01', 'es', 'EUR', '', '', true, 0, 0, 0, 0, 0)},
			undef, $o->{tenant_id}, $one, $o->{order_id}, "F$year-");
		like saved($ana, $ana->get("$base/numbers"), '/numbers', invoice_next => $_, reason => 'a slip')->html, qr/id="w-invoice_next">/, "begun, it does not go on with $_" for 7, 9, 30;
		ok !eval { $shop->dbh->do('UPDATE accounting.series SET next_number = 30 WHERE store_id = ? AND series = ?', undef, $one, "F$year-"); 1 }, 'whoever writes';
		is $invoice->("F$year-"), 8, 'but without a gap';
	}
	my $stack = $shop->stack;
	my $seen = Race::at_once($shop->dbh, sub { Race::connection($stack->{cluster}, $stack->{database}, '_sutler-admin-settings') }, $f->{tenant}{acme},
		map { my $store = $_; my $revision = $shop->value('SELECT revision FROM tenancy.store WHERE store_id = ?', $store);
			sub { my ($d) = @_; return ($d->selectrow_array(q{SELECT accounting.desk_numbers(?, ?, ?, ?, '', 9000, 'Z', 1, 1, 'RMA-', 1004, 'race')}, undef,
			$f->{tenant}{acme}, $ana->{id}, $store, $revision))[0] } } $one, $two);
	is_deeply $seen, { ok => 1, invoice_prefix => 1 }, 'of two stores that want one prefix at once, one gets it';
	is $siti->get("$base/numbers")->status, 200, 'another merchant has his own';
};

done_testing;
