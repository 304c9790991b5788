# Promise (CAT-19, T27, T46, T61, T62): a file of products comes in through the browser only after somebody has seen
# what it would change, wholly or not at all, whatever is killed meanwhile; its faults are told by line and column; the
# same file twice changes nothing; what was exported comes back without changing anything; nobody's file is another's.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../dev/lib";
use Encode qw(decode_utf8 encode_utf8);
use Fixture;
use House qw(write_file);
use Shop;
use Staff;
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $shop = Shop->start(kind => 'empty', rows => [Fixture::rows(qw(home catalog admin-login admin-home admin-catalog))]);
my $f = Fixture->new($shop->dbh);
$shop->stack->set_origins;
my @may = qw(catalog.view catalog.edit catalog.price catalog.import catalog.export);
my $ana = Staff->new($shop, $f, 'acme', may => \@may, name => 'Ana Ruiz');
my $base = '/admin/catalog/import';
my $head = "product,name:es,name:en,description:en,sku,price:EUR,stock:A\n";

sub job { return $shop->job('transfer', '--once') }
# Sends a file; the page of the import, tried unless told otherwise.
sub sent
{
	my ($bytes, %o) = @_;
	my $got = $ana->visitor->submit($ana->get($base), field => 'file', { file => { file => $o{name} // 'spring.csv', data => encode_utf8($bytes) },
		layout => $o{layout} // 'auto', known => exists $o{known} ? $o{known} : 1 });
	return $got if $got->status != 303;
	job() if !$o{untried};
	return $ana->visitor->get($got->header('location'));
}
sub applied { my ($page) = @_; my $got = $ana->visitor->submit($page, field => 'reason', { reason => 'spring' }); job(); return $ana->visitor->get($got->header('location')) }
sub state_of { my ($page) = @_; return ($shop->value('SELECT state FROM catalog.transfer WHERE transfer_id = ?', $page->{path} =~ m{([0-9a-f-]{36})}))[0] }
# Everything of the catalogue and what follows from it.
sub picture
{
	return join "\n", map { my ($table) = @$_; ($shop->value("SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) || ' ' || count(*) FROM $table t"))[0] . " $table" }
		map { [$_] } qw(catalog.product catalog.product_text catalog.variant catalog.price catalog.store_product catalog.category_product catalog.product_tag
			catalog.product_option catalog.store_product_text catalog.bundle_part catalog.variant_value catalog.product_value catalog.related catalog.product_media catalog.listing catalog.placement catalog.placement_price catalog.placement_name catalog.desk catalog.attribute
			catalog.stale catalog.slug_history inventory.stock inventory.movement audit.entry event.outbox);
}

my ($warehouse) = $shop->value(q{SELECT code FROM inventory.warehouse w JOIN inventory.store_warehouse s USING (tenant_id, warehouse_id) WHERE s.store_id = ? ORDER BY s.priority LIMIT 1},
	$f->{store}{one});
$head =~ s/stock:A/stock:$warehouse/;

subtest 'CAT-19 tried, looked at, done' => sub {
	my $page = $ana->get($base);
	is $page->status, 200, 'a form';
	like $page->text, qr/No file has come in yet/, 'and no file yet';
	my $before = picture();
	$page = sent("${head}NEW,Suela <b>nueva</b>,New sole,\"=1+1\",NEW-1,19.90,5\nPLAIN,,,,PLAIN,12.50,\n", untried => 1);
	like $page->html, qr{<meta http-equiv="refresh" content="\d+">}, 'while it is tried the page comes again by itself';
	like $page->html, qr{<progress id="progress" max="1000" value="0">}, 'with how far it is';
	is sent("${head}X,X,X,,X,1,\n", untried => 1)->status, 422, 'another file waits meanwhile';
	job();
	$page = $ana->visitor->get($page->{path});
	is state_of($page), 'checked', 'tried';
	is picture(), $before, 'nothing has changed';
	unlike $page->html, qr/http-equiv="refresh"/, 'and the page rests';
	like $page->html, qr{<td class="num">2</td><td class="num">1</td><td class="num">1</td><td class="num">0</td>}, 'rows, new, changed, unchanged';
	like $page->html, qr{Suela &lt;b&gt;nueva&lt;/b&gt;.*?New product}s, 'T46 what is new, without its markup';
	like $page->html, qr{<code>price:EUR</code></td><td class="long-word">10\.00</td><td class="long-word">12\.50</td>}, 'what changes, before and then';
	my $bad = $ana->visitor->submit($page, field => 'reason', { reason => '' });
	is $bad->status, 422, 'it wants a reason';
	$page = applied($page);
	is state_of($page), 'done', 'then it is done';
	like $shop->visitor('one')->get('/en/p/new-sole')->text, qr/19\.90/, 'the shop shows it';
	is scalar($shop->value('SELECT description FROM catalog.product_text WHERE name = ?', 'New sole')), '=1+1', 'T61 a text like a formula is that text';
	is scalar($shop->value(q{SELECT source FROM inventory.movement WHERE reason = 'import'})), $ana->{id}, 'the ledger names who it was';
	my ($actor, $reason, $detail) = $shop->dbh->selectrow_array(q{SELECT actor, reason, detail FROM audit.entry WHERE action = 'catalog.imported'});
	is "$actor $reason", "$ana->{id} spring", 'SEC-05 so does the audit log';
	like $detail, qr/"created": 1.*"updated": 1/, 'with how much';
	is scalar($shop->value('SELECT count(*) FROM catalog.transfer_part')), 0, 'the file is not kept';
	like $ana->get($base)->html, qr{spring\.csv</a></th><td><span class="tag">Done</span>}, 'and stands in the list';
};

subtest 'P-19 the same file twice' => sub {
	my $n = 2000;
	my $file = $head . join '', map { sprintf "BULK-%d,Suela %d,Sole %d,Text %d,BULK-%d,%d.50,%d\n", ($_) x 5, 1 + $_ % 90, $_ % 7 } 1 .. $n;
	my $page = applied(sent($file));
	is state_of($page), 'done', "$n rows come in";
	is scalar($shop->value(q{SELECT count(*) FROM catalog.listing WHERE slug LIKE 'sole-%' AND store_id = ?}, $f->{store}{one})) > 0, 1, 'and are listed';
	$shop->job('freshen', '--once');
	my $before = picture();
	$page = sent($file);
	like $page->html, qr{<td class="num">2,000</td><td class="num">0</td><td class="num">0</td><td class="num">2,000</td>}, 'the second time nothing would change';
	like $page->text, qr/nothing to do/, 'which is said';
	is picture(), $before, 'the trial changed nothing';
	# Applied all the same, past the page that offers it no more.
	my ($id) = $page->{path} =~ m{([0-9a-f-]{36})};
	is scalar($shop->value('SELECT catalog.transfer_apply(?, ?, ?, ?, ?)', $ana->tenant, $ana->{id}, $f->{store}{one}, $id, 'again')), 'ok', 'and applied all the same';
	job();
	is state_of($page), 'done', 'it is done';
	is picture(), $before, 'no row of catalogue, stock, audit log or outbox differs';
};

subtest 'T62 faults' => sub {
	my $before = picture();
	my $page = sent("${head}BAD,Malo,Bad,,BAD-1,free,5\nBAD2,,,,BAD-2,1,-1\nOK,Bien,Fine,,OK-1,3,1\n");
	is state_of($page), 'failed', 'a file with faults does not come in';
	like $page->html, qr{<td class="num">2</td><td><code class="long-word">price:EUR</code></td><td><span class="tag">Error</span></td>}, 'each is told with line and column';
	unlike $page->html, qr{/apply"}, 'and cannot be applied';
	my $spanish = $ana->visitor->get($page->{path} =~ s{^/en}{}r);
	like $spanish->text, qr/no es un importe en EUR como 19\.90, con 2 cifras como máximo tras el punto/, 'in the language of who reads it';
	like $spanish->text, qr/no es un número entero de 0 a/, 'with what the file said';
	my $csv = $ana->visitor->get("$page->{path}/errors.csv");
	is $csv->header('content-type'), 'text/csv; charset=utf-8', 'they come as CSV as well';
	like $csv->body, qr/^line,column,kind,message\r\n2,price:EUR,error,/, 'by line';
	cmp_ok scalar(() = $csv->body =~ /\n/g), '==', 3, 'all of them';
	is picture(), $before, 'nothing came in';
	like sent("a,b\n1,2\n")->text, qr/no known layout/, 'unknown columns are told';
	like sent("PK\x03\x04 no workbook", name => 'x.xlsx')->text, qr/no Excel workbook/, 'T46 so is a workbook that is none';
	is sent('')->status, 422, 'an empty file is refused at its field';
	like sent("${head}X\xff,X,X,,X,1,\n" =~ s/X\xff/X/r, layout => 'shopify')->text, qr/failed|error|Fail/i, 'a wrong layout is told';
	is sent("${head}PLAIN,Otro,Other,,PLAIN,99,\n", known => undef)->html =~ m{<td class="num">0</td><td class="num">0</td><td class="num">0</td><td class="num">1</td>} ? 1 : 0, 1,
		'products that are there are left alone when asked';
};

subtest 'CAT-19 Shopify and WooCommerce' => sub {
	my $page = applied(sent("Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
		. "bota,Bota,<p>Fuerte</p>,Acme,Botas,cuero,TRUE,Talla,40,BOTA-40,59.00\nbota,,,,,,,,41,BOTA-41,59.00\n", name => 'shopify.csv'));
	is state_of($page), 'done', "Shopify's file comes in";
	like $page->html, qr{<span class="tag">Shopify</span>}, 'and was known by its columns';
	is scalar($shop->value(q{SELECT count(*) FROM catalog.variant WHERE sku LIKE 'BOTA-%'})), 2, 'with its variants';
	$page = applied(sent("Type,SKU,Name,Published,Regular price,Categories\nsimple,LAZO,Lazo,1,3.50,Adornos\n", name => 'woo.csv'));
	is state_of($page), 'done', "WooCommerce's too";
	is scalar($shop->value(q{SELECT count(*) FROM catalog.product_text WHERE name = 'Lazo'})), 1, 'with its products';
};

subtest 'P17 killed, cancelled, too often' => sub {
	my $page = sent("${head}K,K,K,,K-1,1,\n", untried => 1);
	my ($id) = $page->{path} =~ m{([0-9a-f-]{36})};
	$shop->change(q{UPDATE catalog.transfer SET state = 'checking', tries = 1, thousandths = 300 WHERE transfer_id = ?}, $id);
	job();
	is state_of($page), 'checked', 'what a killed job left is begun anew';
	$ana->visitor->submit($ana->visitor->get($page->{path}), field => 'reason', { reason => 'spring' });
	$shop->change(q{UPDATE catalog.transfer SET state = 'applying', tries = 3 WHERE transfer_id = ?}, $id);
	job();
	is state_of($page), 'failed', 'one that kills the job each time is given up';
	like $ana->visitor->get($page->{path})->text, qr/interrupted several times/, 'and says so';
	is scalar($shop->value(q{SELECT count(*) FROM catalog.product WHERE reference = 'K'})), 0, 'nothing of it came in';
	$page = sent("${head}K,K,K,,K-1,1,\n", untried => 1);
	is $ana->visitor->post("$page->{path}/cancel", { csrf => $page->form(field => 'csrf')->{values}{csrf} // ($page->html =~ /name="csrf" value="([^"]+)"/)[0] })->status, 303, 'one that waits is cancelled';
	is state_of($page), 'cancelled', 'at once';
	job();
	is state_of($page), 'cancelled', 'and stays so';
	$page = sent("${head}K,K,K,,K-1,1,\n", untried => 1);
	($id) = $page->{path} =~ m{([0-9a-f-]{36})};
	$shop->change(q{UPDATE catalog.transfer SET state = 'checking', stop = true, tries = 1 WHERE transfer_id = ?}, $id);
	job();
	is state_of($page), 'cancelled', 'so is one that the job was at';
	$page = sent("${head}K,K,K,,K-1,1,\n");
	$shop->change(q{UPDATE catalog.transfer SET changed_at = now() - interval '8 days' WHERE transfer_id = ?}, ($page->{path} =~ m{([0-9a-f-]{36})})[0]);
	$shop->dbh->do(q{SELECT catalog.transfer_sweep(?, 7, 400)}, undef, $ana->tenant);
	like $ana->visitor->get($page->{path})->text, qr/thrown away/, 'one that nobody wants goes after a week';
	$shop->change(q{UPDATE catalog.transfer SET changed_at = now() - interval '500 days'});
	$shop->dbh->do(q{SELECT catalog.transfer_sweep(?, 7, 400)}, undef, $ana->tenant) for 1 .. 3;
	is $ana->visitor->get($page->{path})->status, 404, 'and is forgotten after a year';
};

sub exported
{
	my (%o) = @_;
	my $got = $ana->visitor->submit($ana->get('/admin/catalog/export'), field => 'reason', { layout => $o{layout} // 'own', format => $o{format} // 'csv', reason => 'for the printer', $o{stock} ? (stock => 1) : () });
	is $got->status, 303, 'an export is asked for';
	job();
	my $page = $ana->visitor->get($got->header('location'));
	my $file = $ana->visitor->get("$page->{path}/file");
	is $file->status, 200, 'and fetched';
	return ($page, $file);
}

subtest 'CAT-19 what goes out comes back' => sub {
	$shop->change(q{INSERT INTO catalog.product_tag (tenant_id, product_id, tag) SELECT tenant_id, product_id, 'blue|green' FROM catalog.product WHERE false});
	my ($text) = $shop->value('SELECT product_id FROM catalog.product WHERE reference = ?', 'PLAIN');
	$shop->change(q{UPDATE catalog.product_text SET summary = '@SUM(A1)', description = E'Line one\n\nLine "two", =3' WHERE product_id = ?}, $text);
	# Positions as people leave them: gaps, and options in another order than the columns.
	$shop->change(q{UPDATE catalog.variant SET position = position * 10 + 3});
	# A bundle whose parts stand further down, and a price of some days.
	$shop->dbh->do(q{SELECT set_config('sutler.tenant', ?, false)}, undef, $ana->tenant);
	my $set = sent("product,name:es,name:en,own_name:en,own_summary:en,accessories,alternatives,sku,price:EUR,markup:USD,special:EUR,parts\n0-SET,Lote,Set,Our set,,PLAIN,FEW,0-SET,9.50,store one:EUR*1.25 -4% .95,8.25<9.50\@2026-12-01 08:30..2099-01-31,PLAIN:2|BULK-7\n", name => 'set.csv');
	is state_of(applied($set)), 'done', 'a bundle comes in';
	is scalar($shop->value(q{SELECT name || coalesce(summary, '-') FROM catalog.store_product_text WHERE name IS NOT NULL})), 'Our set-', 'with a title of the store';
	is scalar($shop->value(q{SELECT count(*) FROM catalog.bundle_part})), 2, 'and its parts';
	is scalar($shop->value(q{SELECT string_agg(kind, ' ' ORDER BY kind) FROM catalog.related})), 'accessory alternative', 'what goes with it';
	is scalar($shop->value(q{SELECT amount FROM catalog.price WHERE reckoned})), 1095, 'and a price by rule: 9.50 at 1.25, 4 % off, ending in .95';
	$shop->job('freshen', '--once');
	my $entries = scalar $shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'catalog.exported'});
	for my $format (qw(csv xlsx)) {
		my ($page, $file) = exported(format => $format, stock => 1);
		like $file->header('content-disposition'), qr/attachment; filename="products-\d{4}-\d\d-\d\d\.$format"/, "$format has a name";
		if ($format eq 'csv') {
			like $file->body, qr/^product,status,name:es,/, 'its columns are those of the import';
			like $file->body, qr/'\@SUM\(A1\)/, 'T61 a cell that a spreadsheet would run is held back';
			like $file->body, qr/PLAIN,active,/, 'with the products';
			like $file->body, qr/^0-SET,.*,PLAIN,FEW,.*,10\.95,.*,store one:EUR\*1\.25 -4% \.95,/m, 'what goes with them and what prices follow';
			like +($file->body =~ /^(0-SET.*)/m)[0], qr/,8\.25<9\.50\@2026-12-01 08:30\.\.2099-01-31,+PLAIN:2\|BULK-7:1,/, 'and what bundles contain, and prices of some days';
		}
		my $before = picture();
		my $got = $ana->visitor->submit($ana->get($base), field => 'file', { file => { file => "back.$format", data => $file->body }, layout => 'auto', known => 1 });
		job();
		my $back = $ana->visitor->get($got->header('location'));
		like $back->html, qr{<td class="num">0</td><td class="num">0</td><td class="num">2,0\d\d</td>}, "$format comes back and would change nothing" or diag $back->text;
		$shop->value('SELECT catalog.transfer_apply(?, ?, ?, ?, ?)', $ana->tenant, $ana->{id}, $f->{store}{one}, $back->{path} =~ m{([0-9a-f-]{36})}, 'again');
		job();
		is state_of($back), 'done', 'applied all the same';
		is picture(), $before, 'it changes nothing';
	}
	is scalar($shop->value(q{SELECT count(*) FROM audit.entry WHERE action = 'catalog.exported'})), $entries + 2, 'SEC-05 each export is audited';
	my ($page, $file) = exported();
	unlike $file->body, qr/stock:/, 'without the stock unless asked';
};

subtest 'CAT-19 in the columns of others' => sub {
	my $page = $ana->get('/admin/catalog/export');
	like $page->text, qr/What these columns leave out.*Shopify.*WooCommerce/s, 'what they leave out is said before';
	my $bad = $ana->visitor->submit($page, field => 'reason', { layout => 'shopify', format => 'xlsx', reason => 'to move' });
	is $bad->status, 422, 'as a workbook they are no use';
	like $bad->html, qr{id="f-format" name="format" aria-invalid="true" aria-describedby="w-format"}, 'which is said at its field';
	like $bad->html, qr{<option value="shopify" selected>}, 'and loses nothing';
	for (['shopify', qr/^Handle,Title,Body \(HTML\),/], ['woocommerce', qr/^Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,/]) {
		my ($layout, $head) = @$_;
		my ($done, $file) = exported(layout => $layout);
		like $file->header('content-disposition'), qr/filename="products-$layout-\d{4}-\d\d-\d\d\.csv"/, "$layout has a name";
		like $file->body, $head, 'its own columns';
		like $file->body, qr/,'\@SUM|Line &quot;two&quot;/, 'and the texts, as HTML';
		like scalar($shop->value(q{SELECT detail FROM audit.entry WHERE action = 'catalog.exported' ORDER BY entry_id DESC LIMIT 1})), qr/"layout": "$layout"/, 'SEC-05 the log says which';
	}
};

subtest 'T27 who may' => sub {
	my $page = sent("${head}MINE,M,M,,M-1,1,\n");
	my $siti = Staff->new($shop, $f, 'bahari', may => \@may);
	is $siti->get($page->{path} =~ s{^/\w\w}{}r)->status, 404, "another merchant's import is not there";
	my $ben = Staff->new($shop, $f, 'acme', may => ['catalog.view', 'catalog.edit'], name => 'Ben');
	is $ben->get($base)->status, 403, 'without the permission nobody looks';
	my $eva = Staff->new($shop, $f, 'acme', may => \@may, stores => ['one'], name => 'Eva');
	like $eva->get($base)->text, qr/a role in one of them is not enough/, 'a role in one store does not import';
	is $eva->visitor->post("/en$base", { csrf => ($eva->get($base)->html =~ /name="csrf" value="([^"]+)"/)[0], layout => 'auto', file => { file => 'x.csv', data => "a\n1\n" } })->status,
		403, 'not even by hand';
};
is $shop->untrue, '', 'what the shop shows is what is true';
done_testing;
