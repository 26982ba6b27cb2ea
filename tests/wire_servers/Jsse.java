// Copyright (c) 2026 msexchange.tls contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.security.KeyStore;
import java.util.Collections;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * TLS servers of Oracle's JSSE, as many as are asked for, in one process.
 *
 * Arguments: PKCS12 files (password "wire"). Per line of standard input "protocols|suites|server" or "...|client" a
 * server is opened on a free port of 127.0.0.1 and the port printed; protocols and suites are separated by commas, an
 * asterisk stands for all suites. Ends with standard input.
 */
public class Jsse {
    private static final char[] PASSWORD = "wire".toCharArray();

    public static void main(String[] files) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys(files), null, null);
        ExecutorService workers = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            SSLServerSocket server = open(context, line.split("\\|"));
            System.out.println(server.getLocalPort());
            workers.execute(() -> serve(server, workers));
        }
        System.exit(0);
    }

    private static javax.net.ssl.KeyManager[] keys(String[] files) throws Exception {
        KeyStore all = KeyStore.getInstance("PKCS12");
        all.load(null, PASSWORD);
        for (String file : files) {
            KeyStore one = KeyStore.getInstance("PKCS12");
            try (FileInputStream stream = new FileInputStream(file)) {
                one.load(stream, PASSWORD);
            }
            for (String alias : Collections.list(one.aliases())) {
                all.setKeyEntry(file, one.getKey(alias, PASSWORD), PASSWORD, one.getCertificateChain(alias));
            }
        }
        // NewSunX509 opens the PKCS12 file anew for each connection, 10,000 rounds of its password: 16 ms.
        KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
        factory.init(all, PASSWORD);
        return factory.getKeyManagers();
    }

    private static SSLServerSocket open(SSLContext context, String[] words) throws Exception {
        SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
        SSLParameters parameters = server.getSSLParameters();
        parameters.setProtocols(words[0].split(","));
        parameters.setCipherSuites(words[1].equals("*") ? server.getSupportedCipherSuites() : words[1].split(","));
        parameters.setUseCipherSuitesOrder(words[2].equals("server"));
        server.setSSLParameters(parameters);
        return server;
    }

    private static void serve(SSLServerSocket server, ExecutorService workers) {
        while (true) {
            try {
                SSLSocket socket = (SSLSocket) server.accept();
                workers.execute(() -> handshake(socket));
            } catch (Exception error) {
                return;
            }
        }
    }

    private static void handshake(SSLSocket socket) {
        try (SSLSocket open = socket) {
            open.setSoTimeout(5000);
            open.startHandshake();
        } catch (Exception error) {
            // What the peer does is the peer's business; JSSE has sent its alert.
        }
    }
}
