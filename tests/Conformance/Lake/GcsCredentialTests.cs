using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Apis.Http;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Gcs;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>What travels with requests to Google: who we are, who pays, which key. Google itself is a handler in this process.</summary>
public sealed class GcsCredentialTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hospital-key-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_service_account_signs_in_and_its_quota_project_and_keys_travel_along()
    {
        using var google = new Google();
        var customerKey = RandomNumberGenerator.GetBytes(32);
        var keyFile = Write("customer.key", Convert.ToBase64String(customerKey));
        var settings = new GcsSettings("b", null, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1))
        {
            CredentialsFile = ServiceAccount(google.TokenAddress),
            QuotaProject = "payer",
            KmsKey = "projects/p/locations/l/keyRings/r/cryptoKeys/k",
            CustomerKey = CustomerKey.Read(keyFile),
        };
        using var client = new GcsClient(settings, new LineMeters(), TimeProvider.System, google);

        await client.CreateAsync(new NewObject("n", "{}"u8.ToArray(), "application/json", new Dictionary<string, string>()), Token);

        google.SignIns.ShouldBe(1);
        var sent = google.Requests.ShouldHaveSingleItem();
        sent.Headers.Authorization!.ToString().ShouldBe("Bearer token-of-the-test");
        sent.Headers.GetValues("x-goog-user-project").ShouldBe(["payer"]);
        sent.Headers.GetValues("x-goog-encryption-key").ShouldBe([Convert.ToBase64String(customerKey)]);
        sent.Headers.GetValues("x-goog-encryption-key-sha256").ShouldBe([Convert.ToBase64String(SHA256.HashData(customerKey))]);
        sent.RequestUri!.Query.ShouldContain("kmsKeyName=projects%2Fp%2Flocations%2Fl%2FkeyRings%2Fr%2FcryptoKeys%2Fk");
        sent.RequestUri.Query.ShouldContain("ifGenerationMatch=0");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"type\":\"authorized_user\"}")]
    public async Task A_file_that_is_no_service_account_key_is_named(string content)
    {
        var settings = new GcsSettings("b", null, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1)) { CredentialsFile = Write("key.json", content) };
        using var client = new GcsClient(settings, new LineMeters(), TimeProvider.System, transport: null);

        (await Should.ThrowAsync<LakeException>(() => client.FindAsync("n", Token))).Message.ShouldContain("Lake:CredentialsFile");
    }

    [Theory]
    [InlineData("c2hvcnQ=")]
    [InlineData("%%%")]
    public void A_customer_key_of_another_form_is_refused_without_showing_it(string content)
    {
        var failure = Should.Throw<LakeException>(() => CustomerKey.Read(Write("customer.key", content)));
        failure.ToString().ShouldNotContain(content);
        failure.Message.ShouldContain("Lake:CustomerKeyFile");
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private string ServiceAccount(Uri tokens)
    {
        using var rsa = RSA.Create(2048);
        return Write("account.json", JsonSerializer.Serialize(new
        {
            type = "service_account",
            project_id = "p",
            private_key_id = "1",
            private_key = rsa.ExportPkcs8PrivateKeyPem(),
            client_email = "lakesink@p.iam.gserviceaccount.com",
            client_id = "1",
            token_uri = tokens.AbsoluteUri,
        }));
    }

    /// <summary>Answers uploads in the process, and token requests on loopback, as the runtime does not take those through the factory.</summary>
    private sealed class Google : HttpClientFactory, IDisposable
    {
        private readonly TcpListener _tokens = new(IPAddress.Loopback, 0);

        public Google()
        {
            _tokens.Start();
            TokenAddress = new Uri($"http://127.0.0.1:{((IPEndPoint)_tokens.LocalEndpoint).Port}/token");
            _ = ServeAsync();
        }

        public Uri TokenAddress { get; }

        public int SignIns { get; private set; }

        public ConcurrentQueue<HttpRequestMessage> Requests { get; } = new();

        public void Dispose() => _tokens.Dispose();

        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Handler(this);

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var connection = await _tokens.AcceptTcpClientAsync();
                    var wire = new HttpWire(connection.GetStream());
                    while (await wire.ReadAsync(CancellationToken.None) is not null)
                    {
                        SignIns++;
                        await wire.WriteAsync(
                            new ProxiedResponse(200, [new("Content-Type", "application/json")], "{\"access_token\":\"token-of-the-test\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"u8.ToArray()),
                            CancellationToken.None);
                    }
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException or IOException)
            {
                // Disposed.
            }
        }

        private sealed class Handler(Google owner) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                owner.Requests.Enqueue(request);
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
                {
                    RequestMessage = request,
                    Content = new StringContent("{\"name\":\"n\",\"generation\":\"1\",\"size\":\"2\"}", Encoding.UTF8, "application/json"),
                });
            }
        }
    }
}
