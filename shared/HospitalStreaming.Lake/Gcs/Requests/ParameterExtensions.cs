using Google.Apis.Discovery;

namespace HospitalStreaming.Lake.Gcs.Requests;

/// <summary>Shorthand for describing request parameters to Google's runtime.</summary>
internal static class ParameterExtensions
{
    internal static IParameter Path(this IDictionary<string, IParameter> _, string name) => new Parameter { Name = name, IsRequired = true, ParameterType = "path" };

    internal static IParameter Query(this IDictionary<string, IParameter> _, string name) => new Parameter { Name = name, IsRequired = false, ParameterType = "query" };
}
