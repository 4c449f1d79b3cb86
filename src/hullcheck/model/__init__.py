"""Records that the stages hand to each other: frozen, slotted, without behaviour that needs the outside."""
