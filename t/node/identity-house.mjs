// identity-house.mjs -- an identity provider (OpenID Connect) by the package oidc-provider.
//
// It prints its issuer, then reads lines of JSON and answers each by "ok":
//	{ "who": "sub", "claims": { email, email_verified, name }, "amr": ["mfa"] }	who sits at every browser from now on
//	{ "spoil": "nonce" }	what is wrong with the tokens from now on; null: nothing
//	{ "rotate": true }	the keys are others from now on
//	{ "requests": true }	answers by the paths that were asked for, as a list, and forgets them
// Each token gets amr and is signed anew with the provider's own key, unless the signature is what is spoiled.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';
import { SignJWT, base64url, decodeJwt, exportJWK, generateKeyPair, importJWK } from 'jose';

const { client, secret, back, alg = 'RS256' } = JSON.parse(process.argv[2]);
const state = { who: 'one', claims: {}, amr: undefined, spoil: null, requests: [] };
let serial = 0;

async function key(alg)
{
	const { privateKey } = await generateKeyPair(alg, { extractable: true });
	return { ...await exportJWK(privateKey), kid: `k${++serial}`, alg, use: 'sig' };
}

let current = await key(alg);
const first = current, stranger = await key(alg);
const shown = ({ kty, n, e, crv, x, y, kid, alg, use }) => ({ kty, n, e, crv, x, y, kid, alg, use });

const server = createServer();
await new Promise(done => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
	clients: [{ client_id: client, client_secret: secret, redirect_uris: back, post_logout_redirect_uris: back.map(b => b.replace(/\/provider\/back$/, '')), id_token_signed_response_alg: alg, require_auth_time: true }],
	jwks: { keys: [first] },
	cookies: { keys: ['test'] },
	claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
	conformIdTokenClaims: false,
	pkce: { required: () => true },
	features: { devInteractions: { enabled: false } },
	interactions: { url: (ctx, i) => `/interaction/${i.uid}` },
	findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...state.claims }) }),
	ttl: { AuthorizationCode: 60, Interaction: 600, Session: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
});

// Who sits there signs in and consents without being asked.
async function interact(req, res)
{
	const { params, prompt, grantId } = await provider.interactionDetails(req, res);
	if (prompt.name === 'login')
		return provider.interactionFinished(req, res, { login: { accountId: state.who, amr: state.amr } }, { mergeWithLastSubmission: false });
	const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: state.who, clientId: params.client_id });
	grant.addOIDCScope('openid email profile');
	return provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

const now = () => Math.floor(Date.now() / 1000);
const changes = {
	nonce: c => ({ ...c, nonce: 'another' }),
	issuer: c => ({ ...c, iss: 'https://idp.example' }),
	audience: c => ({ ...c, aud: 'another' }),
	shared: c => ({ ...c, aud: [c.aud, 'another'] }),
	party: c => ({ ...c, azp: 'another' }),
	expired: c => ({ ...c, iat: now() - 1000, exp: now() - 300 }),
	early: c => ({ ...c, iat: now() + 1000, exp: now() + 2000 }),
	access: c => ({ ...c, at_hash: base64url.encode(new Uint8Array(16)) }),
	stale: c => ({ ...c, auth_time: now() - 4000 }),
	nameless: ({ sub, ...c }) => c,
};

const part = o => base64url.encode(JSON.stringify(o));

async function sign(claims, jwk)
{
	return new SignJWT(claims).setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, typ: 'JWT' }).sign(await importJWK(jwk, jwk.alg));
}

async function spoiled(token)
{
	const claims = { ...decodeJwt(token), amr: state.amr }, [head, body, signature] = token.split('.');
	switch (state.spoil) {
	case 'none':
		return `${part({ alg: 'none' })}.${body}.`;
	case 'hs256':		// the public key as if both sides kept it secret
		return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: current.kid })
			.sign(new TextEncoder().encode(JSON.stringify(shown(current))));
	case 'secret':		// the client's own secret
		return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
	case 'foreign':		// somebody else's key under the provider's name for its own
		return sign(claims, { ...stranger, kid: current.kid });
	case 'unknown':
		return sign(claims, stranger);
	case 'critical':
		return new SignJWT(claims).setProtectedHeader({ alg: current.alg, kid: current.kid, crit: ['b64'], b64: true })
			.sign(await importJWK(current, current.alg));
	case 'altered':
		return `${head}.${part({ ...claims, email: 'owner@example.test' })}.${signature}`;
	default:
		return sign(state.spoil ? changes[state.spoil](claims) : claims, current);
	}
}

provider.use(async (ctx, next) => {
	state.requests.push(`${ctx.method} ${ctx.path}`);
	await next();
	if (ctx.path === '/token' && ctx.body?.id_token)
		ctx.body = { ...ctx.body, id_token: await spoiled(ctx.body.id_token) };
	if (ctx.path === '/jwks')
		ctx.body = { keys: [shown(current)] };
});

const handle = provider.callback();
server.on('request', (req, res) => {
	if (!req.url.startsWith('/interaction/'))
		return handle(req, res);
	interact(req, res).catch(e => { res.statusCode = 500; res.end(String(e)); });
});
process.stdout.write(`${issuer}\n`);

for await (const line of createInterface({ input: process.stdin })) {
	const { rotate, requests, ...set } = JSON.parse(line);
	Object.assign(state, set);
	if (rotate)
		current = await key(alg);
	process.stdout.write(`${requests ? JSON.stringify(state.requests.splice(0)) : 'ok'}\n`);
}
server.close();
process.exit(0);
