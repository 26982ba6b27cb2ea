// Copyright (c) 2026 msexchange.tls contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// A TLS server of OpenSSL 1.0.1 inside an old Node: SSL 2.0 to TLS 1.2, RC4, DES, EXPORT. Prints its port.
// Arguments: key file, certificate file, dhparam file (or "-").
// To be run with: node --enable-ssl2 --enable-ssl3 old_openssl.js key.pem cert.pem dh.pem

var fs = require('fs');
var tls = require('tls');
var options = {
  key: fs.readFileSync(process.argv[2]),
  cert: fs.readFileSync(process.argv[3]),
  secureProtocol: 'SSLv23_method',
  ciphers: 'ALL:eNULL:@STRENGTH',
  honorCipherOrder: true
};
if (process.argv[4] !== '-') {
  options.dhparam = fs.readFileSync(process.argv[4]);
}
var server = tls.createServer(options, function (socket) { socket.destroy(); });
server.on('clientError', function () {});
process.on('uncaughtException', function () {});
server.listen(0, '127.0.0.1', function () { console.log(server.address().port); });
