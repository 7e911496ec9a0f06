using System.Net;
using Google;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Google.Apis.Services;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Telemetry;
using Polly;
using Polly.Timeout;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>The way to the bucket: credentials on first use, retries, a time limit for each attempt, and errors in plain words.</summary>
internal sealed class GcsConnection : IDisposable
{
    private readonly GcsSettings _settings;
    private readonly Google.Apis.Http.IHttpClientFactory? _transport;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;
    private readonly SemaphoreSlim _opening = new(1);
    private StorageService? _service;

    /// <summary>Creates it; nothing is sent yet.</summary>
    /// <param name="settings">Where to.</param>
    /// <param name="meters">Counts retries.</param>
    /// <param name="clock">Runs waits and limits.</param>
    /// <param name="transport">Another way to the network; null for the usual one.</param>
    internal GcsConnection(GcsSettings settings, LineMeters meters, TimeProvider clock, Google.Apis.Http.IHttpClientFactory? transport)
    {
        (_settings, _transport) = (settings, transport);
        _pipeline = GcsRetry.Pipeline(
            settings.AttemptLimit, settings.FirstWait, clock, Random.Shared.NextDouble, failure => meters.Retried(RoleNames.LakeSink, "gcs " + failure));
    }

    internal GcsSettings Settings => _settings;

    /// <summary>Google's runtime for the API; signs in on first use.</summary>
    internal async Task<StorageService> OpenAsync(CancellationToken cancellation)
    {
        if (_service is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellation);
        try
        {
            return _service ??= new StorageService(
                new BaseClientService.Initializer
                {
                    ApplicationName = "HospitalStreaming",
                    HttpClientInitializer = await CredentialsAsync(cancellation),
                    HttpClientFactory = _transport,
                    DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
                    GZipEnabled = false,
                    HttpClientTimeout = Timeout.InfiniteTimeSpan,
                },
                _settings.Emulator ?? StorageService.Production);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Sends a request until it is answered for good. A request message is sent once, so each attempt makes its own.</summary>
    internal async Task<HttpResponseMessage> SendAsync(StorageService service, Func<HttpRequestMessage> create, string what, CancellationToken cancellation)
    {
        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    using var request = create();

                    // The answer is read whole within the attempt: a connection that breaks in the middle counts as a failed attempt.
                    var response = await service.HttpClient.SendAsync(request, HttpCompletionOption.ResponseContentRead, token);
                    await CheckAsync(response, token);
                    return response;
                },
                cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutRejectedException or AlteredOnTheWayException)
        {
            throw new LakeException($"gs://{_settings.Bucket} did not answer for {what}: {failure.Message}", failure);
        }
        catch (Google.Apis.Auth.OAuth2.Responses.TokenResponseException failure)
        {
            throw new LakeException($"Google refused the credentials for gs://{_settings.Bucket}: {failure.Error?.Error}", failure);
        }
    }

    /// <summary>404 means "no such object" only where the bucket exists: a wrong bucket must not look like an empty one.</summary>
    internal async Task<bool> IsMissingAsync(StorageService service, HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            return false;
        }

        var error = await ErrorAsync(service, response);
        return error?.Contains("bucket does not exist", StringComparison.OrdinalIgnoreCase) == true
            ? throw new LakeException($"gs://{_settings.Bucket} does not exist; create it or set Lake:Bucket")
            : true;
    }

    /// <summary>The response if it says success.</summary>
    internal async Task<HttpResponseMessage> AcceptAsync(StorageService service, HttpResponseMessage response, string what)
    {
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        var advice = response.StatusCode switch
        {
            HttpStatusCode.BadRequest when _settings.KmsKey is not null => "is Lake:KmsKey the full name of a key in the bucket's location?",
            HttpStatusCode.Unauthorized => "the credentials are not valid",
            HttpStatusCode.Forbidden => "the service account needs roles/storage.objectCreator and roles/storage.objectViewer on the bucket (compaction: roles/storage.objectUser), and the bucket's service agent its encryption key",
            HttpStatusCode.NotFound => "the bucket does not exist; create it or set Lake:Bucket",
            _ => "see Cloud Storage's status",
        };
        throw new LakeException($"gs://{_settings.Bucket} answered {(int)response.StatusCode} for {what} ({await ErrorAsync(service, response)}): {advice}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _service?.Dispose();
        _opening.Dispose();
    }

    /// <summary>The checksum travels in x-goog-hash; a body that came whole but altered is asked for again.</summary>
    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.StatusCode == HttpStatusCode.OK
            && response.Headers.TryGetValues("x-goog-hash", out var hashes)
            && hashes.SelectMany(hash => hash.Split(',')).Select(hash => hash.Trim()).FirstOrDefault(hash => hash.StartsWith("crc32c=", StringComparison.Ordinal)) is { } declared
            && response.RequestMessage?.RequestUri?.Query.Contains("alt=media", StringComparison.Ordinal) == true
            && Crc32C.Of(await response.Content.ReadAsByteArrayAsync(cancellation)) != declared["crc32c=".Length..])
        {
            throw new AlteredOnTheWayException();
        }
    }

    private static async Task<string?> ErrorAsync(StorageService service, HttpResponseMessage response)
    {
        try
        {
            return (await service.DeserializeError(response))?.Message;
        }
        catch (Exception failure) when (failure is GoogleApiException or Newtonsoft.Json.JsonException)
        {
            // Proxies and emulators answer in other forms.
            return response.ReasonPhrase;
        }
    }

    private async Task<IConfigurableHttpClientInitializer?> CredentialsAsync(CancellationToken cancellation)
    {
        if (_settings.Emulator is not null)
        {
            return null;
        }

        try
        {
            var source = _settings.CredentialsFile is { Length: > 0 } file
                ? (await CredentialFactory.FromFileAsync<ServiceAccountCredential>(file, cancellation)).ToGoogleCredential()
                : await GoogleCredential.GetApplicationDefaultAsync(cancellation);
            var credential = source.CreateScoped(StorageService.ReadWriteScope);
            return _settings.QuotaProject is { Length: > 0 } project ? credential.CreateWithQuotaProject(project) : credential;
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or UnauthorizedAccessException or FormatException or Newtonsoft.Json.JsonException)
        {
            throw new LakeException(
                _settings.CredentialsFile is { Length: > 0 } file
                    ? $"Lake:CredentialsFile {file} is not a readable service account key"
                    : $"no Google credentials for gs://{_settings.Bucket}: set Lake:CredentialsFile or GOOGLE_APPLICATION_CREDENTIALS to a service account's file, or run on a machine that has an identity",
                failure);
        }
    }
}
