/** Which addresses GitLab takes for its own network's, and which of them its settings allow all the same. Pure. */
import * as net from "node:net";

const networks: readonly (readonly [string, number])[] = [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["::1", 128],
    ["fc00::", 7],
    ["fe80::", 10],
];

/** Whether an address is private, of a link or of the machine itself. */
export function isPrivate(address: string): boolean {
    return within(address, networks);
}

/**
 * Whether one of the allowed entries covers a URL with this address: a host, an address or a network; the first two perhaps
 * with a port.
 */
export function isAllowed(url: string, address: string, allowed: readonly string[]): boolean {
    const { hostname, port, protocol } = new URL(url);
    const wanted = port === "" ? (protocol === "https:" ? "443" : "80") : port;
    return allowed.some((entry) => {
        const [network = "", bits] = entry.split("/");
        if (bits !== undefined) {
            return net.isIP(network) !== 0 && within(address, [[network, Number(bits)]]);
        }
        const [, host = entry, only] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
        const named = net.isIP(entry) === 6 ? entry : host.toLowerCase();
        return (
            (named === hostname.replace(/^\[|\]$/g, "") || named === address) &&
            (only === undefined || net.isIP(entry) === 6 || only === wanted)
        );
    });
}

function within(address: string, ranges: readonly (readonly [string, number])[]): boolean {
    const family = net.isIP(address);
    if (family === 0) {
        return false;
    }
    const block = new net.BlockList();
    for (const [network, bits] of ranges) {
        block.addSubnet(network, bits, net.isIP(network) === 6 ? "ipv6" : "ipv4");
    }
    return block.check(address, family === 6 ? "ipv6" : "ipv4");
}
