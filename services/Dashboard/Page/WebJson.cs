using System.Text.Json;
using System.Text.Json.Serialization;

namespace HospitalStreaming.Dashboard.Page;

/// <summary>How the page's data is written: camel case, enums as words, nulls kept, so that "not measured" is told apart from 0.</summary>
internal static class WebJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
