-- What else buyers may want, found every night by the job recommend (SRC-07).

CREATE TABLE catalog.recommendation (
	tenant_id uuid NOT NULL,
	store_id uuid NOT NULL,
	product_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind IN ('bought', 'viewed', 'similar')),
	other_id uuid NOT NULL CHECK (other_id <> product_id),
	position smallint NOT NULL CHECK (position BETWEEN 1 AND 8),
	together integer NOT NULL CHECK (together > 0),
	of_all integer NOT NULL CHECK (of_all >= together),
	PRIMARY KEY (tenant_id, product_id, store_id, kind, other_id),
	FOREIGN KEY (tenant_id, store_id) REFERENCES tenancy.store ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, product_id) REFERENCES catalog.product ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, other_id) REFERENCES catalog.product ON DELETE CASCADE
);
COMMENT ON TABLE catalog.recommendation IS 'What goes with a product by what buyers did, or is much like it.';
COMMENT ON COLUMN catalog.recommendation.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.recommendation.store_id IS 'The storefront whose orders, looks or lists told it.';
COMMENT ON COLUMN catalog.recommendation.product_id IS 'On whose page it is shown.';
COMMENT ON COLUMN catalog.recommendation.kind IS 'bought: in the same orders; viewed: by the same visitors; similar: by its attributes and price.';
COMMENT ON COLUMN catalog.recommendation.other_id IS 'What is shown.';
COMMENT ON COLUMN catalog.recommendation.position IS 'Order of its kind, best first.';
COMMENT ON COLUMN catalog.recommendation.together IS 'Why: orders or visitors that had both, or values that both have.';
COMMENT ON COLUMN catalog.recommendation.of_all IS 'Out of how many orders, visitors or values of the product.';
CREATE INDEX recommendation_other ON catalog.recommendation (tenant_id, other_id);

CREATE TABLE catalog.recommend_run (
	tenant_id uuid PRIMARY KEY REFERENCES tenancy.tenant,
	started_at timestamptz NOT NULL,
	after_id uuid,
	ended_at timestamptz,
	products bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE catalog.recommend_run IS 'The last night in which recommendations were looked for.';
COMMENT ON COLUMN catalog.recommend_run.tenant_id IS 'The merchant.';
COMMENT ON COLUMN catalog.recommend_run.started_at IS 'When it began.';
COMMENT ON COLUMN catalog.recommend_run.after_id IS 'The last product that was looked at; NULL: none yet.';
COMMENT ON COLUMN catalog.recommend_run.ended_at IS 'When all were; NULL: it goes on.';
COMMENT ON COLUMN catalog.recommend_run.products IS 'Products looked at.';

SELECT sutler.protect('catalog.recommendation', 'catalog.recommend_run');

-- Who looked at a product, newest first.
CREATE INDEX view_product ON analytics.view (tenant_id, product_id, view_id);

ALTER TABLE tenancy.store
	ADD COLUMN show_bought boolean NOT NULL DEFAULT true,
	ADD COLUMN show_viewed boolean NOT NULL DEFAULT true,
	ADD COLUMN show_similar boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN tenancy.store.show_bought IS 'Product pages show what was bought together with the product.';
COMMENT ON COLUMN tenancy.store.show_viewed IS 'Product pages show what visitors of the product looked at as well.';
COMMENT ON COLUMN tenancy.store.show_similar IS 'Product pages show similar products.';
