using System.Net.Http.Headers;
using System.Text;
using Google.Apis.Discovery;
using Google.Apis.Requests;
using Google.Apis.Services;
using Google.Apis.Util;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery.Rest;

/// <summary>One call below a project: path, a few query parameters, and a body of JSON, with bytes behind it where it is an upload.</summary>
internal sealed class ApiRequest : ClientServiceRequest<JObject>
{
    private readonly string _method;
    private readonly string _path;
    private readonly JObject? _body;
    private readonly ReadOnlyMemory<byte>? _upload;

    internal ApiRequest(IClientService service, string method, string path, JObject? body, string? location, string? pageToken, ReadOnlyMemory<byte>? upload)
        : base(service)
    {
        (_method, _path, _body, _upload, Location, PageToken) = (method, path, body, upload, location, pageToken);
        InitParameters();
    }

    [RequestParameter("location", RequestParameterType.Query)]
    public string? Location { get; }

    [RequestParameter("pageToken", RequestParameterType.Query)]
    public string? PageToken { get; }

    [RequestParameter("uploadType", RequestParameterType.Query)]
    public string? UploadType => _upload is null ? null : "multipart";

    [RequestParameter("formatOptions.useInt64Timestamp", RequestParameterType.Query)]
    public string? WholeTimestamps => _method == "GET" && _path.Contains("/queries/", StringComparison.Ordinal) ? "true" : null;

    // A data set is dropped with all that is in it.
    [RequestParameter("deleteContents", RequestParameterType.Query)]
    public string? DeleteContents => _method == "DELETE" && !_path.Contains("/tables/", StringComparison.Ordinal) ? "true" : null;

    /// <inheritdoc/>
    public override string MethodName => _path;

    /// <inheritdoc/>
    public override string HttpMethod => _method;

    /// <inheritdoc/>
    public override string RestPath => (_upload is null ? "bigquery/v2/projects/" : "upload/bigquery/v2/projects/") + _path;

    /// <summary>The request with its body; a request message is sent once, so each attempt makes its own.</summary>
    internal HttpRequestMessage Create()
    {
        var request = CreateRequest();
        if (_body is not null)
        {
            var json = new StringContent(_body.ToString(Newtonsoft.Json.Formatting.None), Encoding.UTF8, "application/json");
            request.Content = json;
            if (_upload is { } bytes)
            {
                var content = new ReadOnlyMemoryContent(bytes);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                request.Content = new MultipartContent("related") { json, content };
            }
        }

        return request;
    }

    /// <inheritdoc/>
    protected override void InitParameters()
    {
        base.InitParameters();
        foreach (var name in new[] { "location", "pageToken", "uploadType", "formatOptions.useInt64Timestamp", "deleteContents" })
        {
            RequestParameters.Add(name, new Parameter { Name = name, IsRequired = false, ParameterType = "query" });
        }
    }
}
