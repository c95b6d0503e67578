// SPDX-License-Identifier: Apache-2.0
// A real OpenID provider (the certified npm package oidc-provider) with three people, for tests/e2e/test_oidc.py:
//   node provider.mjs FOLDER-WITH-node_modules PORT CALLBACK-URL
// Its development pages are its log-in form: any password will do.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, port, callback] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(createRequire(folder + '/').resolve('oidc-provider')));
const people = {
  olga: { groups: ['staff', 'sec-team'], preferred_username: 'Olga', name: 'Olga O.', email: 'olga@example.org' },
  piet: { groups: ['staff'], preferred_username: 'piet', name: 'Piet P.', email: 'piet@example.org' },
  admin: { groups: ['sec-team'], preferred_username: 'admin', name: 'Not The Administrator', email: 'x@example.org' },
};
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'bulkhead', client_secret: 'a secret/with+odd:signs', redirect_uris: [callback], id_token_signed_response_alg: process.env.ALG || 'RS256' }],
  jwks: process.env.JWKS ? JSON.parse(process.env.JWKS) : undefined,
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  async findAccount(ctx, id) {
    return { accountId: id, claims: async () => ({ sub: id, ...(people[id] || { preferred_username: id, groups: [] }) }) };
  },
});
provider.on('server_error', (ctx, error) => console.error('server_error', error));
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
