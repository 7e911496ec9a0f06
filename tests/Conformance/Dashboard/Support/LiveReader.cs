namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>Reads events of the live channel as text blocks.</summary>
internal sealed class LiveReader(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    public HttpResponseMessage Response => response;

    public static async Task<LiveReader> OpenAsync(HttpClient client, CancellationToken cancellation, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/live");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return new LiveReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(cancellation)));
    }

    /// <summary>The next event of the kind, or null when the channel ended.</summary>
    public async Task<LiveEvent?> NextAsync(string kind, CancellationToken cancellation)
    {
        string id = string.Empty, name = string.Empty, data = string.Empty;
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length == 0)
            {
                if (name == kind)
                {
                    return new LiveEvent(id, name, data);
                }

                (id, name, data) = (string.Empty, string.Empty, string.Empty);
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line[6..];
            }
        }

        return null;
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
