-- transactional
-- The certificates that the web server shows for the hosts of stores, looked at each day by the job check-certificates.

CREATE TABLE tenancy.certificate (
	tenant_id uuid NOT NULL,
	host text NOT NULL,
	looked_at timestamptz NOT NULL,
	ends_at timestamptz,
	issuer text NOT NULL DEFAULT '',
	fits boolean NOT NULL DEFAULT false,
	trusted boolean NOT NULL DEFAULT false,
	fault text NOT NULL DEFAULT '',
	PRIMARY KEY (tenant_id, host),
	FOREIGN KEY (host) REFERENCES tenancy.host ON DELETE CASCADE,
	CHECK ((fault = '') = (ends_at IS NOT NULL))
);
COMMENT ON TABLE tenancy.certificate IS 'What the web server last showed for a host whose origin is https.';
COMMENT ON COLUMN tenancy.certificate.tenant_id IS 'The merchant.';
COMMENT ON COLUMN tenancy.certificate.host IS 'The host.';
COMMENT ON COLUMN tenancy.certificate.looked_at IS 'When it was looked at.';
COMMENT ON COLUMN tenancy.certificate.ends_at IS 'Its last moment; NULL: none was shown.';
COMMENT ON COLUMN tenancy.certificate.issuer IS 'Who signed it, for people.';
COMMENT ON COLUMN tenancy.certificate.fits IS 'It is for that host.';
COMMENT ON COLUMN tenancy.certificate.trusted IS 'Its chain ends at an authority that this host trusts.';
COMMENT ON COLUMN tenancy.certificate.fault IS 'Why none was shown; empty: one was.';
SELECT sutler.protect('tenancy.certificate');

CREATE TABLE watch.certificate (
	house boolean PRIMARY KEY DEFAULT true CHECK (house),
	taken_at timestamptz NOT NULL,
	good bigint NOT NULL,
	ends bigint NOT NULL,
	ended bigint NOT NULL,
	misnamed bigint NOT NULL,
	untrusted bigint NOT NULL,
	unreached bigint NOT NULL,
	earliest_at timestamptz
);
COMMENT ON TABLE watch.certificate IS 'How the certificates of all merchants are, by the states of watch.certificates(), one row. Table of the host.';
COMMENT ON COLUMN watch.certificate.house IS 'There is one row.';
COMMENT ON COLUMN watch.certificate.taken_at IS 'When they were looked at.';
COMMENT ON COLUMN watch.certificate.good IS 'Hosts whose certificate is good.';
COMMENT ON COLUMN watch.certificate.ends IS 'Hosts whose certificate ends soon.';
COMMENT ON COLUMN watch.certificate.ended IS 'Hosts whose certificate has ended.';
COMMENT ON COLUMN watch.certificate.misnamed IS 'Hosts for which that of another name is shown.';
COMMENT ON COLUMN watch.certificate.untrusted IS 'Hosts with one that no trusted authority signed.';
COMMENT ON COLUMN watch.certificate.unreached IS 'Hosts for which none was shown.';
COMMENT ON COLUMN watch.certificate.earliest_at IS 'When the first of those that were shown ends.';
