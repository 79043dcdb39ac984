"""Network addresses, cut to what is kept of them. Pure."""

from ipaddress import IPv6Interface, ip_interface, ip_network


def network_of(address: str) -> str:
    """The /24 or /48 around an address, such as `203.0.113.0/24`; empty for what is none.

    Fine enough for a person to recognise their own device, too coarse to tell a household apart from its street.
    """
    try:
        parsed = ip_interface(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Interface):
        mapped = parsed.ip.ipv4_mapped
        return str(ip_network((mapped, 24) if mapped else (parsed.ip, 48), strict=False))
    return str(ip_network((parsed.ip, 24), strict=False))
