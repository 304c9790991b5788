// stripe-sign.mjs -- signs webhook bodies as Stripe does, by Stripe's own library.
//
// Reads lines of JSON { secret, timestamp, payload } and answers each by a line: the header.
import { createInterface } from 'node:readline';
import Stripe from 'stripe';

const stripe = new Stripe('sk_test_unused');

for await (const line of createInterface({ input: process.stdin })) {
	const { secret, timestamp, payload } = JSON.parse(line);
	process.stdout.write(stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }) + '\n');
}
