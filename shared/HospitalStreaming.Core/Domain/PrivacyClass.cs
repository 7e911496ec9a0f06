namespace HospitalStreaming.Core.Domain;

/// <summary>How much a column can say about a person. Every published column carries one; a column without one fails the build.</summary>
public enum PrivacyClass
{
    /// <summary>Says nothing about a person: keys of the hospital's own making, counters, positions.</summary>
    Operational,

    /// <summary>Names a person or reaches them: name, contact, insurance number (direct identifiers of 45 CFR 164.514(b)(2)).</summary>
    DirectIdentifier,

    /// <summary>Narrows a person down together with others: birth date, gender, dates of care, surrogate keys of people.</summary>
    QuasiIdentifier,

    /// <summary>Clinical content: diagnosis, medicine, dosage.</summary>
    Clinical,

    /// <summary>Money.</summary>
    Financial,
}
