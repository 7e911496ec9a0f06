using System.Globalization;
using System.Net.Http.Headers;
using Google.Apis.Requests;
using Google.Apis.Services;
using Google.Apis.Util;

namespace HospitalStreaming.Lake.Gcs.Requests;

/// <summary>
/// objects.insert, only if the name has the generation expected (none: ifGenerationMatch=0), the whole's CRC-32C declared: the service refuses
/// bytes that were changed on the way. Either one multipart request (description, then bytes), or the opening of a resumable session.
/// </summary>
internal sealed class CreateRequest : ClientServiceRequest<StoredObject>
{
    private readonly NewObject _upload;

    internal CreateRequest(IClientService service, GcsSettings settings, NewObject upload, string uploadType)
        : base(service)
    {
        (Bucket, KmsKeyName, _upload, UploadType) = (settings.Bucket, settings.KmsKey, upload, uploadType);
        InitParameters();
    }

    [RequestParameter("bucket", RequestParameterType.Path)]
    public string Bucket { get; }

    [RequestParameter("uploadType", RequestParameterType.Query)]
    public string UploadType { get; }

    [RequestParameter("ifGenerationMatch", RequestParameterType.Query)]
    public long IfGenerationMatch => _upload.Replaces;

    [RequestParameter("kmsKeyName", RequestParameterType.Query)]
    public string? KmsKeyName { get; }

    [RequestParameter("fields", RequestParameterType.Query)]
    public string Fields => StoredObject.Fields;

    /// <inheritdoc/>
    public override string MethodName => "insert";

    /// <inheritdoc/>
    public override string HttpMethod => "POST";

    /// <inheritdoc/>
    public override string RestPath => "upload/storage/v1/b/{bucket}/o";

    /// <summary>The request with description and bytes.</summary>
    internal HttpRequestMessage CreateMultipart()
    {
        var bytes = new ReadOnlyMemoryContent(_upload.Bytes);
        bytes.Headers.ContentType = new MediaTypeHeaderValue(_upload.ContentType);
        var request = CreateRequest();
        request.Content = new MultipartContent("related") { Description(), bytes };
        return request;
    }

    /// <summary>The request that opens a session.</summary>
    internal HttpRequestMessage CreateSession()
    {
        var request = CreateRequest();
        request.Content = Description();
        request.Content.Headers.Add("X-Upload-Content-Type", _upload.ContentType);
        request.Content.Headers.Add("X-Upload-Content-Length", _upload.Bytes.Length.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    /// <inheritdoc/>
    protected override void InitParameters()
    {
        base.InitParameters();
        RequestParameters.Add("bucket", RequestParameters.Path("bucket"));
        foreach (var name in new[] { "uploadType", "ifGenerationMatch", "kmsKeyName", "fields" })
        {
            RequestParameters.Add(name, RequestParameters.Query(name));
        }
    }

    private StringContent Description() => new(
        Service.SerializeObject(new Dictionary<string, object>
        {
            ["name"] = _upload.Name,
            ["contentType"] = _upload.ContentType,
            ["crc32c"] = _upload.Crc32C,
            ["metadata"] = _upload.Metadata,
        }),
        System.Text.Encoding.UTF8,
        "application/json");
}
