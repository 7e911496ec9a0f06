using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake;

/// <summary>How a lake's objects are stored; pinned when the lake is first used (lake.json), as names and chains depend on it.</summary>
/// <param name="Compression">How objects are stored.</param>
/// <param name="Layout">Where objects lie.</param>
/// <param name="Lines">What lines hold.</param>
public sealed record LakeShape(LakeCompression Compression, LakeLayout Layout, LakeLines Lines)
{
    /// <summary>The default layout and whole lines.</summary>
    public static LakeShape Of(LakeCompression compression) => new(compression, LakeLayout.Default, LakeLines.Whole);

    /// <summary>As configured and checked.</summary>
    internal static LakeShape From(LakeOptions options)
    {
        var fields = options.Fields.Count == 0 ? LakeFields.All : options.Fields.Aggregate(LakeFields.None, static (all, name) => all | Enum.Parse<LakeFields>(name, ignoreCase: true));
        return new(
            options.Compression == "none" ? LakeCompression.None : LakeCompression.Gzip,
            string.IsNullOrEmpty(options.PathTemplate) ? LakeLayout.Default : LakeLayout.Parse(options.PathTemplate),
            new LakeLines(fields, options.Values == "unwrapped" ? LakeValues.Unwrapped : LakeValues.AsReceived));
    }
}
