using System.Text.RegularExpressions;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting.Settings;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Lake;

/// <summary>Names everything wrong in section Lake.</summary>
public sealed partial class LakeOptionsCheck(IOptions<LakeOptions> options) : IOptionsCheck
{
    private static readonly System.Buffers.SearchValues<char> BucketCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly string[] FieldNames = [.. LakeLines.Whole.FieldNames];

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var value = options.Value;
        if (value.Kind is not ("folder" or "gcs"))
        {
            yield return new("Lake:Kind", "use folder or gcs");
        }

        if (value.Kind == "folder" && string.IsNullOrWhiteSpace(value.Folder))
        {
            yield return new("Lake:Folder", "give the lake's folder, or run `hospital up`, which brings its own");
        }

        if (value.Kind == "folder" && !string.IsNullOrEmpty(value.Bucket))
        {
            yield return new("Lake:Bucket", "remove it, as it has no effect with Lake:Kind folder, or set Lake:Kind to gcs");
        }

        if (value.Kind == "gcs" && !IsBucket(value.Bucket))
        {
            yield return new("Lake:Bucket", "give the bucket's name alone (3 to 222 lower-case letters, digits, hyphens, underscores, dots), without gs://");
        }

        if (value.Kind == "gcs" && !string.IsNullOrEmpty(value.Folder))
        {
            yield return new("Lake:Folder", "remove it, as it has no effect with Lake:Kind gcs, or set Lake:Kind to folder");
        }

        if (value.Compression is not ("gzip" or "none"))
        {
            yield return new("Lake:Compression", value.Compression == "zstd" ? "use gzip or none: BigQuery cannot load zstd, .NET 10 has none of its own, and no maintained library for it is at hand" : "use gzip or none");
        }

        foreach (var problem in Keys(value).Concat(Lines(value)))
        {
            yield return problem;
        }

        if (value.RequestTimeout < TimeSpan.FromSeconds(1) || value.RequestTimeout > TimeSpan.FromSeconds(240))
        {
            yield return new("Lake:RequestTimeout", "use 00:00:01 to 00:04:00");
        }
    }

    private static IEnumerable<SettingProblem> Lines(LakeOptions value)
    {
        if (value.PathTemplate is { Length: > 0 } template && TemplateFault(template) is { } fault)
        {
            yield return new("Lake:PathTemplate", fault);
        }

        if (value.Fields.Any(field => !FieldNames.Contains(field)))
        {
            yield return new("Lake:Fields", "use " + string.Join(", ", FieldNames));
        }

        if (value.Values is not ("received" or "unwrapped"))
        {
            yield return new("Lake:Values", "use received or unwrapped");
        }
    }

    private static string? TemplateFault(string template)
    {
        try
        {
            _ = LakeLayout.Parse(template);
            return null;
        }
        catch (FormatException fault)
        {
            return fault.Message;
        }
    }

    private static IEnumerable<SettingProblem> Keys(LakeOptions value)
    {
        foreach (var (key, text) in new[] { ("CredentialsFile", value.CredentialsFile), ("KmsKey", value.KmsKey), ("CustomerKeyFile", value.CustomerKeyFile), ("QuotaProject", value.QuotaProject) })
        {
            if (value.Kind == "folder" && !string.IsNullOrEmpty(text))
            {
                yield return new("Lake:" + key, "remove it, as it has no effect with Lake:Kind folder, or set Lake:Kind to gcs");
            }
        }

        foreach (var (key, file) in new[] { ("CredentialsFile", value.CredentialsFile), ("CustomerKeyFile", value.CustomerKeyFile) })
        {
            if (value.Kind == "gcs" && !string.IsNullOrEmpty(file) && !File.Exists(file))
            {
                yield return new("Lake:" + key, "give the path of a file that this process can read");
            }
        }

        if (value.Kind == "gcs" && value.KmsKey is { Length: > 0 } kms && !KmsName().IsMatch(kms))
        {
            yield return new("Lake:KmsKey", "give the key's full name, projects/P/locations/L/keyRings/R/cryptoKeys/K");
        }

        if (!string.IsNullOrEmpty(value.KmsKey) && !string.IsNullOrEmpty(value.CustomerKeyFile))
        {
            yield return new("Lake:CustomerKeyFile", "remove it or Lake:KmsKey: an object has one key");
        }

        if (!string.IsNullOrEmpty(value.CustomerKeyFile) && value.WarehouseKind == "bigquery")
        {
            yield return new("Lake:CustomerKeyFile", "remove it: BigQuery cannot load objects under a customer-supplied key; use Lake:KmsKey");
        }
    }

    [GeneratedRegex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$")]
    private static partial Regex KmsName();

    private static bool IsBucket(string? name) =>
        name is { Length: >= 3 and <= 222 } && !name.AsSpan().ContainsAnyExcept(BucketCharacters) && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);
}
