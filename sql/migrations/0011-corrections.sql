-- transactional
-- Larger prices.

-- PRICING_MAX_PRICE of lib/shop/pricing.h, which says why: rupiah have two decimals.
ALTER TABLE catalog.price DROP CONSTRAINT price_amount_check,
	ADD CONSTRAINT price_amount_check CHECK (amount BETWEEN 0 AND 1000000000000);
ALTER TABLE shipping.method_price DROP CONSTRAINT method_price_first_check, DROP CONSTRAINT method_price_further_check,
	ADD CONSTRAINT method_price_first_check CHECK (first BETWEEN 0 AND 1000000000000),
	ADD CONSTRAINT method_price_further_check CHECK (further BETWEEN 0 AND 1000000000000);
ALTER TABLE sales.coupon_amount DROP CONSTRAINT coupon_amount_fixed_check,
	ADD CONSTRAINT coupon_amount_fixed_check CHECK (fixed BETWEEN 0 AND 1000000000000);
