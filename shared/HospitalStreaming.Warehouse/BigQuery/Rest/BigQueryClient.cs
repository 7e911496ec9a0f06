using System.Net;
using System.Text.RegularExpressions;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Google.Apis.Services;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Warehouse.Sql;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Polly;
using Polly.Timeout;

namespace HospitalStreaming.Warehouse.BigQuery.Rest;

/// <summary>Sends the warehouse's requests: credentials on first use, retries, and errors without row values.</summary>
/// <param name="settings">Where to.</param>
/// <param name="meters">Counts retries and load jobs.</param>
/// <param name="clock">Runs waits.</param>
public sealed partial class BigQueryClient(BigQuerySettings settings, LineMeters meters, TimeProvider clock) : IDisposable
{
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline = BigQueryRetry.Pipeline(
        settings.FirstWait, clock, Random.Shared.NextDouble, failure => meters.Retried(RoleNames.WarehouseSink, "bigquery " + failure));

    private readonly SemaphoreSlim _opening = new(1);
    private BigQueryService? _service;

    internal BigQuerySettings Settings => settings;

    internal TimeProvider Clock => clock;

    internal LineMeters Meters => meters;

    /// <summary>One call below the project; null for 404.</summary>
    /// <exception cref="WarehouseSqlException">BigQuery refuses it.</exception>
    internal async Task<JObject?> CallAsync(
        string method, string path, JObject? body, CancellationToken cancellation, bool located = false, string? pageToken = null, ReadOnlyMemory<byte>? upload = null)
    {
        var service = await OpenAsync(cancellation);
        var location = located ? settings.Location : null;
        using var response = await SendAsync(
            () => new ApiRequest(service, method, $"{Uri.EscapeDataString(settings.Project)}/{path}", body, location, pageToken, upload).Create(), service, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound && method != "POST")
        {
            return null;
        }

        var text = await response.Content.ReadAsStringAsync(cancellation);
        return response.IsSuccessStatusCode ? Read(text) ?? [] : throw Refused(response.StatusCode, text);
    }

    /// <summary>An error of BigQuery in our form: quoted parts and lists of numbers may be values of rows, so they are left out.</summary>
    internal static WarehouseSqlException Plain(string? reason, string? message)
    {
        var missing = message?.Contains("not found", StringComparison.OrdinalIgnoreCase) == true
            && (message.Contains("Table", StringComparison.Ordinal) || message.Contains("Dataset", StringComparison.Ordinal));
        return new WarehouseSqlException(missing ? WarehouseSqlException.NotFound : reason ?? "unknown", Quoted().Replace(message ?? "BigQuery gave no reason", "…"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _service?.Dispose();
        _opening.Dispose();
    }

    private static WarehouseSqlException Refused(HttpStatusCode status, string text)
    {
        var error = Read(text)?["error"] as JObject;
        return Plain((string?)error?.SelectToken("errors[0].reason") ?? $"http{(int)status}", (string?)error?["message"]);
    }

    // Proxies and emulators answer in other forms.
    private static JObject? Read(string text)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None, FloatParseHandling = FloatParseHandling.Decimal };
            return text.Length == 0 ? null : JToken.ReadFrom(reader) as JObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> create, BigQueryService service, CancellationToken cancellation)
    {
        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    using var request = create();
                    return await service.HttpClient.SendAsync(request, HttpCompletionOption.ResponseContentRead, token);
                },
                cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutRejectedException)
        {
            throw new WarehouseSqlException(WarehouseSqlException.Unreachable, $"BigQuery did not answer: {failure.GetType().Name}");
        }
        catch (Google.Apis.Auth.OAuth2.Responses.TokenResponseException failure)
        {
            throw new WarehouseSqlException("authError", $"Google refused the credentials: {failure.Error?.Error}");
        }
    }

    private async Task<BigQueryService> OpenAsync(CancellationToken cancellation)
    {
        if (_service is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellation);
        try
        {
            return _service ??= new BigQueryService(
                new BaseClientService.Initializer
                {
                    ApplicationName = "HospitalStreaming",
                    HttpClientInitializer = await CredentialsAsync(cancellation),
                    DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
                    GZipEnabled = false,
                    HttpClientTimeout = Timeout.InfiniteTimeSpan,
                },
                settings.Emulator ?? BigQueryService.Production);
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<IConfigurableHttpClientInitializer?> CredentialsAsync(CancellationToken cancellation)
    {
        if (settings.Emulator is not null)
        {
            return null;
        }

        try
        {
            var credential = settings.CredentialsFile is { } file
                ? (await CredentialFactory.FromFileAsync<ServiceAccountCredential>(file, cancellation)).ToGoogleCredential()
                : await GoogleCredential.GetApplicationDefaultAsync(cancellation);
            return credential.CreateScoped(BigQueryService.Scope, BigQueryService.StorageScope);
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException)
        {
            throw new WarehouseSqlException(
                "authError", "no Google credentials for BigQuery: set Warehouse:CredentialsFile or GOOGLE_APPLICATION_CREDENTIALS, or run on a machine that has an identity");
        }
    }

    [GeneratedRegex("'[^']*'|\"[^\"]*\"|[0-9]+(, ?[0-9]+)+", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
