namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>Checks of text that a warehouse would refuse.</summary>
internal static class TextChecks
{
    /// <summary>Whether the text is well-formed UTF-16: a lone surrogate has no UTF-8.</summary>
    public static bool IsNormalizedText(this string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
