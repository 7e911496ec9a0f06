namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>What a lake's lines hold; pinned when the lake is first used.</summary>
/// <param name="Fields">Fields of a line; they always stand in the order of <see cref="LakeFields"/>.</param>
/// <param name="Values">Form of the value.</param>
public sealed record LakeLines(LakeFields Fields, LakeValues Values)
{
    /// <summary>Every field, byte for byte: records can be made again from such lines.</summary>
    public static LakeLines Whole { get; } = new(LakeFields.All, LakeValues.AsReceived);

    /// <summary>Whether records can be made again from the lines.</summary>
    public bool IsWhole => this == Whole;

    /// <summary>The fields' names as they stand in lines.</summary>
    public IEnumerable<string> FieldNames => Enum.GetValues<LakeFields>().Where(one => one is not (LakeFields.None or LakeFields.All) && Fields.HasFlag(one)).Select(NameOf);

    /// <summary>A field's name in lines.</summary>
    public static string NameOf(LakeFields one) => one.ToString().ToLowerInvariant();
}
