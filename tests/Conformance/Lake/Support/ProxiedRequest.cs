namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>A request as the proxy got it.</summary>
internal sealed record ProxiedRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public bool IsUpload => Method is "POST" or "PUT" && Target.StartsWith("/upload/", StringComparison.Ordinal);

    public string? Header(string name) => Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>A query parameter's value, or null.</summary>
    public string? Query(string name)
    {
        var query = Target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? null : Target[(query + 1)..].Split('&').Select(part => part.Split('=', 2)).Where(part => part[0] == name && part.Length == 2).Select(part => Uri.UnescapeDataString(part[1])).FirstOrDefault();
    }
}
