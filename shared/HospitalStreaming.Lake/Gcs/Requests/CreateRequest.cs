using System.Net.Http.Headers;
using Google.Apis.Requests;
using Google.Apis.Services;
using Google.Apis.Util;

namespace HospitalStreaming.Lake.Gcs.Requests;

/// <summary>
/// objects.insert as one multipart request (description, then bytes), only if no object has the name (ifGenerationMatch=0), its CRC-32C declared:
/// the service refuses bytes that were changed on the way.
/// </summary>
internal sealed class CreateRequest : ClientServiceRequest<StoredObject>
{
    private readonly string _name;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string _contentType;
    private readonly IReadOnlyDictionary<string, string> _metadata;

    internal CreateRequest(
        IClientService service, string bucket, string name, ReadOnlyMemory<byte> bytes, string contentType, IReadOnlyDictionary<string, string> metadata)
        : base(service)
    {
        (Bucket, _name, _bytes, _contentType, _metadata) = (bucket, name, bytes, contentType, metadata);
        InitParameters();
    }

    [RequestParameter("bucket", RequestParameterType.Path)]
    public string Bucket { get; }

    [RequestParameter("uploadType", RequestParameterType.Query)]
    public string UploadType => "multipart";

    [RequestParameter("ifGenerationMatch", RequestParameterType.Query)]
    public long IfGenerationMatch => 0;

    [RequestParameter("fields", RequestParameterType.Query)]
    public string Fields => StoredObject.Fields;

    /// <inheritdoc/>
    public override string MethodName => "insert";

    /// <inheritdoc/>
    public override string HttpMethod => "POST";

    /// <inheritdoc/>
    public override string RestPath => "upload/storage/v1/b/{bucket}/o";

    /// <summary>The request with its body; a request message is sent once, so each attempt makes its own.</summary>
    internal HttpRequestMessage CreateUpload()
    {
        var description = new Dictionary<string, object>
        {
            ["name"] = _name,
            ["contentType"] = _contentType,
            ["crc32c"] = Crc32C.Of(_bytes.Span),
            ["metadata"] = _metadata,
        };
        var bytes = new ReadOnlyMemoryContent(_bytes);
        bytes.Headers.ContentType = new MediaTypeHeaderValue(_contentType);
        var request = CreateRequest();
        request.Content = new MultipartContent("related")
        {
            new StringContent(Service.SerializeObject(description), System.Text.Encoding.UTF8, "application/json"),
            bytes,
        };
        return request;
    }

    /// <inheritdoc/>
    protected override void InitParameters()
    {
        base.InitParameters();
        RequestParameters.Add("bucket", RequestParameters.Path("bucket"));
        foreach (var name in new[] { "uploadType", "ifGenerationMatch", "fields" })
        {
            RequestParameters.Add(name, RequestParameters.Query(name));
        }
    }
}
