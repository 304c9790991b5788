#!/usr/bin/python3
"""An independent calculation of carts, written from the rules in shop/pricing.h and
from nothing else: decimals where C has integers, straight loops where C has indexes.
Reads the carts that pricing_driver.c reads, prints the same figures."""
import sys
from decimal import Decimal, ROUND_HALF_UP, getcontext

getcontext().prec = 80
ONE, PPM, ZERO = Decimal(1), Decimal(1000000), Decimal(0)
MAX_PRICE, MAX_TOTAL = 10**12, 2**53 - 1
OK, NOT_DELIVERABLE, TOO_LARGE, INVALID = range(4)
NOT_GIVEN, COUPON_OK, COUPON_MINIMUM, NOTHING = range(4)


class Declined(Exception):
    pass


class Thing:
    pass


def R(x):
    return int(x.quantize(ONE, rounding=ROUND_HALF_UP))


def S(whole, weights, keys):
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    got = [whole * w // total for w in weights]
    order = sorted(range(len(weights)),
                   key=lambda i: (-(whole * weights[i] % total), -weights[i], keys[i]))
    for i in order[:whole - sum(got)]:
        got[i] += 1
    return got


class Reader:
    def __init__(self, line):
        self.words = iter(line.split())

    def text(self):
        w = next(self.words)
        return "" if w == "-" else w

    def int(self):
        return int(next(self.words))

    def texts(self):
        return [self.text() for _ in range(self.int())]

    def things(self, fields):
        return [self.thing(fields) for _ in range(self.int())]

    def thing(self, fields):
        t = Thing()
        for f in fields.split():
            name, kind = f.split(":")
            if kind == "t":
                value = self.text()
            elif kind == "i":
                value = self.int()
            elif kind == "l":
                value = self.texts()
            elif kind == "p":
                value = (self.text(), self.text(), self.text())
            else:
                value = self.things({"R": RULE, "T": TIER, "B": BAND, "L": LINE}[kind])
            setattr(t, name, value)
        return t


RULE = ("name:t cls:t country:t region:t postal:t rate:i priority:i who:i treatment:i "
        "compound:i shipping:i")
TIER = "min:i unit:i"
BAND = "up_to:i price:i"
LINE = ("id:t variant:t product:t cats:l cls:t qty:i base:i tiers:T weight:i by_product:i "
        "no_discount:i intangible:i")
CART = ("exponent:i step:i incl:i rounding:i other:i ship_tax:i home:p dest:p customer:i prepaid:i "
        "rules:R kind:i percent:i value:i minimum:i inc_p:l exc_p:l inc_c:l exc_c:l "
        "method:i price:i further:i free_from:i ship_cls:t bands:B "
        "sur_fixed:i sur_percent:i sur_cls:t lines:L")


def squash(code):
    return code.replace(" ", "").replace("-", "").upper()


def matches(rule, home, place, customer, cls, shipping):
    country, region, postal = place
    if shipping and not rule.shipping:
        return False
    if rule.cls and rule.cls != cls:
        return False
    if not rule.country and (rule.region or squash(rule.postal)):
        return False
    if rule.country and rule.country != country:
        return False
    if rule.region and rule.region != region:
        return False
    if not squash(postal).startswith(squash(rule.postal)):
        return False
    if (rule.who == 1 and customer != 0) or (rule.who == 2 and customer != 1):
        return False
    if rule.treatment == 2 and (customer != 1 or country == home[0]):
        return False
    return True


def rates_of(cart, place, customer, cls, shipping):
    found = [r for r in cart.rules if matches(r, cart.home, place, customer, cls, shipping)]

    def fit(r):
        return (len(squash(r.postal)), r.region != "", r.country != "", r.who != 0, r.cls != "")

    reverse = [r for r in found if r.treatment == 2]
    if reverse:
        return [max(reverse, key=fit)]          # max keeps the first of equals
    picked = [max((r for r in found if r.priority == p), key=fit)
              for p in sorted({r.priority for r in found})]
    if len(picked) > 6 or sum(1 for r in picked[1:] if r.compound) > 1:
        raise Declined(INVALID)
    return picked


def fractions(rates):
    fs = []
    for r in rates:
        f = Decimal(r.rate) / PPM
        if r.compound:
            f *= 1 + sum(fs, ZERO)
        fs.append(f)
    return fs


class Class:
    def __init__(self, cart, name, shipping):
        self.rates = rates_of(cart, cart.dest, cart.customer, name, shipping)
        self.home = sum(fractions(rates_of(cart, cart.home, 0, name, shipping)), ZERO)
        self.fs = fractions(self.rates)
        self.F = sum(self.fs, ZERO)
        self.key = tuple((r.name, r.rate, r.priority, r.compound, r.treatment)
                         for r in self.rates)

    def restate(self, cart, price):
        reverse = bool(self.rates) and self.rates[0].treatment == 2
        if cart.incl and (cart.other == 1 or reverse):
            return R(Decimal(price) * (1 + self.F) / (1 + self.home))
        return price


def check(c):
    bad = not 0 <= c.exponent <= 4
    bad |= not 0 <= c.step <= 100000
    bad |= min(c.prepaid, c.minimum, c.value, c.price, c.further, c.free_from) < 0
    bad |= c.kind == 1 and c.percent <= 0
    bad |= c.sur_fixed < 0 or not 0 <= c.sur_percent <= 1000000
    bad |= any(b.up_to < 0 or b.price < 0 for b in c.bands)
    bad |= any(not 0 <= r.rate <= 1000000 or (r.rate and r.treatment) for r in c.rules)
    bad |= any(l.qty < 1 or l.base < 0 or l.weight < 0 for l in c.lines)
    bad |= any(t.min < 1 or t.unit < 0 for l in c.lines for t in l.tiers)
    if bad:
        raise Declined(INVALID)
    large = len(c.lines) > 200 or max(c.price, c.further, c.sur_fixed) > MAX_PRICE
    large |= any(b.price > MAX_PRICE for b in c.bands)
    large |= any(l.qty > 10000 or l.base > MAX_PRICE or l.weight > 10**8 for l in c.lines)
    large |= any(t.unit > MAX_PRICE for l in c.lines for t in l.tiers)
    if large:
        raise Declined(TOO_LARGE)


def in_steps(c):
    """Every amount of the cart as a number of whole steps."""
    def steps(x):
        return R(Decimal(x) / c.step)

    for thing, names in [(c, "value minimum price further free_from sur_fixed")] + \
            [(l, "base") for l in c.lines] + [(b, "price") for b in c.bands] + \
            [(t, "unit") for l in c.lines for t in l.tiers]:
        for name in names.split():
            setattr(thing, name, steps(getattr(thing, name)))
    c.prepaid //= c.step


def coupon(c, o):
    o.coupon, o.missing, o.discount = NOT_GIVEN, 0, 0
    for l in c.lines:
        l.eligible, l.discount = False, 0
    if c.kind == 0:
        return
    for l in c.lines:
        out = l.no_discount or l.product in c.exc_p or set(l.cats) & set(c.exc_c)
        everything = not c.inc_p and not c.inc_c
        l.eligible = bool(not out and (everything or l.product in c.inc_p
                                       or set(l.cats) & set(c.inc_c)))
    lines = [l for l in c.lines if l.eligible]
    E = sum(l.subtotal for l in lines)
    if not lines or (E == 0 and c.kind != 3):
        o.coupon = NOTHING
    elif E < c.minimum:
        o.coupon, o.missing = COUPON_MINIMUM, c.minimum - E
    else:
        o.coupon = COUPON_OK
        if c.kind == 1:
            o.discount = R(Decimal(E) * min(Decimal(c.percent), PPM) / PPM)
        elif c.kind == 2:
            o.discount = min(c.value, E)
        for l, d in zip(lines, S(o.discount, [l.subtotal for l in lines],
                                 [l.id for l in lines])):
            l.discount = d


def delivery(c, o):
    """The parts of the delivery: (class, price as the shop states it)."""
    moved = [l for l in c.lines if not l.intangible]
    o.items = sum(l.qty for l in moved)
    o.weight = sum(l.qty * l.weight for l in moved)
    o.full = 0
    if moved and c.method == 1:
        o.full = c.price
    elif moved and c.method == 2:
        bands = sorted((b.up_to, b.price) for b in c.bands if b.up_to >= o.weight)
        if bands:
            o.full = bands[0][1]
        else:
            o.outcome = NOT_DELIVERABLE
    elif moved and c.method == 3:
        o.full = c.price + c.further * (o.items - 1)
    if 0 < c.free_from <= o.goods - o.discount or (c.kind == 3 and o.coupon == COUPON_OK):
        return []
    if o.full == 0:
        return []
    if c.ship_tax == 0:
        return [(c.ship_cls, o.full)]
    names = sorted({l.cls for l in moved})
    for weigh in (lambda l: l.amount, lambda l: l.subtotal, lambda l: l.qty):
        weights = [sum(weigh(l) for l in moved if l.cls == n) for n in names]
        if sum(weights):
            break
    return list(zip(names, S(o.full, weights, names)))


def surcharge(c, o):
    """The parts of what the way of payment costs: (class, fixed as the shop states it, percentage)."""
    B = o.goods - o.discount + o.ship
    P = R(Decimal(B) * c.sur_percent / PPM)
    if B == 0 or (c.sur_fixed == 0 and P == 0):
        return []
    if c.ship_tax == 0:
        return [(c.sur_cls, c.sur_fixed, P)]
    names = sorted({l.cls for l in c.lines})
    for weigh in (lambda l: l.amount, lambda l: l.subtotal, lambda l: l.qty):
        weights = [sum(weigh(l) for l in c.lines if l.cls == n) for n in names]
        if sum(weights):
            break
    return list(zip(names, S(c.sur_fixed, weights, names), S(P, weights, names)))


def tax_of(c, k, A):
    if not c.incl:
        parts = [R(Decimal(A) * f) for f in k.fs]
        return sum(parts), parts
    tax = R(Decimal(A) * k.F / (1 + k.F))
    weights = [int(f * 10**12) for f in k.fs]
    return tax, S(tax, weights, range(len(weights)))


def taxes(c, items, rows):
    """Items are things with cls, shown, key; sets their net, tax, gross."""
    if c.rounding == 0:
        groups = [[i] for i in items]
    else:
        sets = {}
        for i in items:
            sets.setdefault(i.k.key, []).append(i)
        groups = list(sets.values())
    for g in groups:
        A, k = sum(i.shown for i in g), g[0].k
        tax, parts = tax_of(c, k, A)
        shares = S(tax, [i.shown for i in g], [i.key for i in g])
        for i, share in zip(g, shares):
            i.tax = share
            i.net = i.shown - share if c.incl else i.shown
            i.gross = i.net + share
        net = A - tax if c.incl else A
        below = 0
        for key, rate, part in zip(k.key, k.rates, parts):
            base, amount = rows.get(key, (0, 0))
            rows[key] = (base + net + (below if rate.compound else 0), amount + part)
            below += part


def price(c):
    o = Thing()
    o.outcome = OK
    check(c)
    c.step = max(c.step, 1)
    in_steps(c)
    classes = {n: Class(c, n, False) for n in sorted({l.cls for l in c.lines})}
    for l in c.lines:
        if l.by_product:
            n = sum(x.qty for x in c.lines if x.product == l.product)
        else:
            n = sum(x.qty for x in c.lines if x.variant == l.variant)
        l.k = classes[l.cls]
        l.unit = min([l.base] + [t.unit for t in l.tiers if t.min <= n])
        l.unit = l.k.restate(c, l.unit)
        if l.unit * c.step > MAX_PRICE:
            raise Declined(TOO_LARGE)
        l.subtotal = l.unit * l.qty
    o.goods = sum(l.subtotal for l in c.lines)
    coupon(c, o)
    for l in c.lines:
        l.amount = l.shown = l.subtotal - l.discount
        l.key = (0, l.id)
    parts = [(n, Class(c, n, True), p) for n, p in delivery(c, o)]
    ship = []
    for n, k, p in parts:
        part = Thing()
        part.k, part.shown, part.key = k, k.restate(c, p), (1, n)
        ship.append(part)
    o.ship = sum(p.shown for p in ship)
    extra = []
    for n, k, fixed, percent in [(n, Class(c, n, True), f, p) for n, f, p in surcharge(c, o)]:
        part = Thing()
        part.k, part.shown, part.key = k, k.restate(c, fixed) + percent, (2, n)
        extra.append(part)
    rows = {}
    taxes(c, c.lines + ship + extra, rows)
    o.ship_net = sum(p.net for p in ship)
    o.ship_tax = sum(p.tax for p in ship)
    o.ship_gross = sum(p.gross for p in ship)
    o.net = sum(i.net for i in c.lines + ship + extra)
    o.tax = sum(i.tax for i in c.lines + ship + extra)
    o.extra = [sum(f(p) for p in extra) for f in (lambda p: p.shown, lambda p: p.net, lambda p: p.tax, lambda p: p.gross)]
    o.total = o.net + o.tax
    if max([o.total, o.ship, o.extra[0], o.full, o.goods] + [base for base, _ in rows.values()]) * c.step > MAX_TOTAL:
        raise Declined(TOO_LARGE)
    o.prepaid = min(c.prepaid, o.total)
    words = [o.outcome, o.coupon]
    words += [n * c.step for n in (
        o.missing, o.goods, o.discount, o.full, o.ship, o.ship_net, o.ship_tax, o.ship_gross,
        *o.extra, o.net, o.tax, o.total, o.prepaid, o.total - o.prepaid)]
    words += [o.items, o.weight]
    for l in c.lines:
        words += ["L"] + [n * c.step for n in (l.unit, l.subtotal, l.discount, l.net, l.tax,
                                               l.gross)] + [int(l.eligible)]
        words += [r.name for r in l.k.rates]
    for key in sorted(rows, key=lambda k: (k[2], -k[1], k[0], k[3], k[4])):
        name, rate, priority, compound, treatment = key
        words += ["T", name, rate, *(n * c.step for n in rows[key]), priority, compound, treatment]
    return words


def main():
    for line in sys.stdin:
        try:
            words = price(Reader(line).thing(CART))
        except Declined as why:
            words = [why.args[0]] + [0] * 20
        sys.stdout.write(" ".join(map(str, words)) + "\n")


main()
